/** The audience of every token of this system (RFC 8707), and the name under which its services ask about tokens. */
export const AUDIENCE = 'urn:probity:api';
