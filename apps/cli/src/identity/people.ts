import { PersonaSessions, type PersonaSource } from '@probity/platform';
import { CommandError, EXIT } from '../exit-code.js';
import type { CredentialsSource } from '../http/service-client.js';
import { LoginFile } from './login-file.js';
import { credentialsOfLogin, realNow, type LoginAccess } from './login-session.js';

/** Gives what requests are made with: certificates and tokens of those who speak to a stack. */
export interface People {
  /** The operator, on a certificate of the stack's authority. */
  operator: CredentialsSource;
  /** Somebody made up, e.g. `officer-E09000012`. */
  persona(name: string): CredentialsSource;
  /** Whoever is logged in on this machine; `null` when nobody is. */
  loggedIn(): CredentialsSource | null;
}

/** The people of a stack. */
export class StackPeople implements People {
  private readonly personas: PersonaSessions;

  constructor(private readonly stack: PersonaSource & LoginAccess) {
    this.personas = new PersonaSessions(stack, realNow);
  }

  readonly operator: CredentialsSource = async () => ({
    tls: this.stack.personTls('operator'),
    authorization: null,
  });

  persona(name: string): CredentialsSource {
    return async (options) => {
      if (!this.stack.synthetic) throw nobodyIsMadeUp();
      return this.personas.of(name, options);
    };
  }

  loggedIn(): CredentialsSource | null {
    const file = LoginFile.current(this.stack.paths.login);
    return file === null ? null : credentialsOfLogin(this.stack, file);
  }
}

/**
 * Whoever acts in a command: whom `--as` names, else whoever is logged in, else on a synthetic store the one who would do it.
 *
 * @param as value of `--as`
 * @param usual the persona who would do it
 * @throws CommandError with exit code 1 when a store of real data has nobody logged in
 */
export function whoActs(
  people: People,
  as: string | undefined,
  usual: string,
  synthetic: boolean,
): CredentialsSource {
  if (as !== undefined) return people.persona(as);
  const login = people.loggedIn();
  if (login !== null) return login;
  if (synthetic) return people.persona(usual);
  throw new CommandError(EXIT.refused, 'Nobody is logged in.', 'Log in with probity login.');
}

/** What is said to `--as` on a store of real data. */
export function nobodyIsMadeUp(): CommandError {
  return new CommandError(
    EXIT.refused,
    'Nobody in a store of real data is made up.',
    'Leave --as out and log in with probity login.',
  );
}
