/** The page on which a person shows the sandbox's identity provider who they are. */

/** What the form hands on, as the client asked. */
const HANDED_ON = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
];

export const signInPage = (query: URLSearchParams, problem?: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · sandbox</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem }
label { display: block; font-weight: 600 }
input[type=password] { width: 100%; box-sizing: border-box; font: inherit; padding: .6rem; margin: .3rem 0 1rem }
button { font: inherit; padding: .6rem 1.4rem }
</style>
</head>
<body>
<main>
<h1>Sign in</h1>
<p>This is the identity provider of the accounts on this machine. It takes the token that <code>selfheal start</code> printed.</p>
${problem === undefined ? '' : `<p role="alert"><strong>${escaped(problem)}</strong></p>`}
<form method="post" action="/authorize">
<label for="token">Token</label>
<input type="password" id="token" name="token" required autocomplete="off" spellcheck="false">
${HANDED_ON.map((name) => hidden(name, query.get(name))).join('')}<button type="submit">Sign in</button>
</form>
</main>
</body>
</html>
`;

const hidden = (name: string, value: string | null): string =>
  value === null ? '' : `<input type="hidden" name="${name}" value="${escaped(value)}">\n`;

const escaped = (value: string): string =>
  value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
