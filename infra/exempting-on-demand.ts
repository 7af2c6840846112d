/** Denials that make an exemption are rare, and checking one takes the whole language of policies: it is read then. */
import type { Exempting, Ports } from '../domain/ports.ts';

export const exemptingOnDemand = (ports: Pick<Ports, 'exemptions' | 'clock'>): Exempting => {
  const loaded = async (): Promise<Exempting> =>
    (await import('../domain/exemption/exempt-finding.ts')).exemptFindings(ports);
  return {
    exempt: async (about, wish, policy) => (await loaded()).exempt(about, wish, policy),
    withdraw: async (name) => (await loaded()).withdraw(name),
  };
};
