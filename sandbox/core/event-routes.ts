/** `POST /_sandbox/events`: whole events, delivered as EventBridge would deliver them, AWS's own included. */
import type { BusEvent } from '../services/events/bus-event.ts';
import { eventProblem } from '../services/events/bus-event.ts';
import type { EventsService } from '../services/events/events.ts';
import { AdminProblem, type AdminRoute } from './admin-routes.ts';

export const eventRoutes = (events: EventsService): readonly AdminRoute[] => [
  {
    method: 'POST',
    path: 'events',
    answer: ({ body }) => {
      if (body === undefined) throw new AdminProblem('Give an event, or a list of events, as JSON.');
      const results = (Array.isArray(body) ? body : [body]).map((candidate: unknown) => {
        const reason = eventProblem(candidate);
        if (reason !== undefined) return { accepted: false, reason };
        events.accept(candidate as BusEvent);
        return { accepted: true };
      });
      const accepted = results.filter((result) => result.accepted).length;
      return { accepted, refused: results.length - accepted, results };
    },
  },
];
