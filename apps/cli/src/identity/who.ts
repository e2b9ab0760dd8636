/** Who a token is for, as far as its bearer is told. */
export interface Who {
  staffId: string;
  /** `null` where the provider gives none. */
  role: string | null;
  org: string | null;
  borough: string | null;
  /** Name of somebody made up; `null` for real people. */
  persona: string | null;
  /** When the access token ends, RFC 3339 in UTC. It is renewed while the login lasts. */
  tokenUntil: string;
}

/**
 * Reads an access token for its own bearer. Nothing is checked: services do that.
 *
 * @throws SyntaxError when it is no JWT
 */
export function whoOf(accessToken: string): Who {
  const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString('utf8');
  const claims = JSON.parse(payload) as Readonly<Record<string, unknown>>;
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    staffId: text('sub') ?? '',
    role: text('role'),
    org: text('org'),
    borough: text('borough'),
    persona: text('persona'),
    tokenUntil: new Date(Number(claims['exp']) * 1_000).toISOString(),
  };
}

/** A name for the file of a login: of whoever is made up the persona, else the staff id. */
export function fileNameOf({ persona, staffId }: Who): string {
  return (persona ?? staffId).replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 64);
}

/** One line that says who it is. */
export function whoInWords({ staffId, role, borough, org, persona }: Who): string {
  const name = persona === null ? staffId : `${persona} (${staffId})`;
  return [name, role?.replaceAll('-', ' '), borough ?? org]
    .filter((part) => typeof part === 'string')
    .join(', ');
}
