import { createHash } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { PERSONAS } from './personas.js';

const STYLE =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}' +
  'button,input,select{font:inherit;padding:.5rem;margin:.25rem 0;max-width:100%}:focus-visible{outline:3px solid #0b57d0}' +
  'code{font-size:1.4rem;letter-spacing:.1em}.problem{border-left:.4rem solid #b3261e;padding-left:.8rem}';

/**
 * One style sheet, known by its hash, forms to nowhere else, and no script but the one whose hash the provider adds where it
 * passes a code on that came in an address.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** What goes with every page: no script runs, nothing is kept, nobody frames it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** A page of the provider: title and body are its own text, never what somebody sent. */
export function page(title: string, body: string): { html: string; headers: Record<string, string> } {
  const html = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Probity</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
  return { html, headers: { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' } };
}

/** Asks for the code that the command line shows. The provider's own form has no label and needs a script. */
export function askForCode(context: KoaContextWithOIDC, _form: string, _out?: unknown, error?: Error): void {
  const problem = error
    ? '<p class="problem" role="alert">This code is not known, was used, or its login was cancelled. Try again.</p>'
    : '';
  show(
    context,
    'Log in',
    `${problem}<form id="op.deviceInputForm" method="post" action="${escaped(context.oidc.urlFor('code_verification'))}" novalidate>
<input type="hidden" name="xsrf" value="${escaped(secretOf(context))}">
<label for="user-code">The code that <code>probity login</code> shows</label><br>
<input type="text" id="user-code" name="user_code" autocomplete="off" autofocus spellcheck="false"><br>
<button type="submit">Go on</button></form>`,
  );
}

/** Asks whether the code is the one that the person sees: nobody logs in for somebody else's command line. */
export function askToConfirm(
  context: KoaContextWithOIDC,
  form: string,
  _client: unknown,
  _device: unknown,
  userCode: string,
): void {
  show(
    context,
    'Is this your code?',
    `<p>Go on only if your own command line shows</p><p><code>${escaped(userCode)}</code></p>${form}
<button autofocus type="submit" form="op.deviceConfirmForm">Yes, go on</button>
<button type="submit" form="op.deviceConfirmForm" value="yes" name="abort">No</button>`,
  );
}

/** Says that the command line can go on. */
export function sayDone(context: KoaContextWithOIDC): void {
  show(context, 'You are logged in', '<p>Go back to the command line. You can close this page.</p>');
}

/** Asks who it is. In a store of made-up people nobody has a password. */
export function askForPersona(action: string): ReturnType<typeof page> {
  const options = PERSONAS.map(({ name, role }) => `<option value="${name}">${name} (${role})</option>`).join(
    '',
  );
  return page(
    'Who are you?',
    `<p>Everybody here is invented, so nobody has a password.</p>
<form method="post" action="${escaped(action)}"><label for="persona">Persona</label><br>
<select id="persona" name="persona" required>${options}</select><br><button type="submit" name="choice" value="log-in">Log in</button>
<button type="submit" name="choice" value="cancel">Cancel</button></form>`,
  );
}

function show(context: KoaContextWithOIDC, title: string, body: string): void {
  const { html, headers } = page(title, body);
  context.set(headers);
  context.body = html;
}

/** What the provider put into the browser's session, so that no other site can send the form. */
function secretOf({ oidc }: KoaContextWithOIDC): string {
  const secret = oidc.session?.state?.['secret'];
  return typeof secret === 'string' ? secret : '';
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}
