import { Agent, request, type Dispatcher } from 'undici';

const HIDDEN = /<input type="hidden" name="([^"]+)" value="([^"]*)"/g;

/** As much of a browser as a page without scripts needs: cookies, redirects, forms. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #agent: Agent;
  #body = '';

  /**
   * @param origin where the pages are
   * @param ca PEM text of the authority that it trusts
   */
  constructor(
    private readonly origin: string,
    ca: string,
  ) {
    this.#agent = new Agent({ connect: { ca } });
  }

  /** The page that is shown, as HTML. */
  get page(): string {
    return this.#body;
  }

  get heading(): string | undefined {
    return /<h1>(.*?)<\/h1>/.exec(this.#body)?.[1];
  }

  async open(address: string): Promise<void> {
    await this.#go('GET', address);
  }

  /** Fills in the form of the page and sends it. */
  async submit(filled: Readonly<Record<string, string>>): Promise<void> {
    const action = /<form[^>]*action="([^"]+)"/.exec(this.#body)?.[1] ?? '';
    const fields: Record<string, string> = {};
    for (const [, name = '', value = ''] of this.#body.matchAll(HIDDEN)) fields[name] = value;
    await this.#go('POST', action, { ...fields, ...filled });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #go(method: 'GET' | 'POST', address: string, form?: Record<string, string>): Promise<void> {
    const answer = await request(new URL(address, this.origin), {
      method,
      dispatcher: this.#agent,
      headers: {
        accept: 'text/html',
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: form === undefined ? null : new URLSearchParams(form).toString(),
    });
    this.#keepCookies(answer.headers['set-cookie']);
    const { location } = answer.headers;
    this.#body = await answer.body.text();
    if (typeof location === 'string') await this.#go('GET', location);
  }

  /** Paths are left out of account: the provider gives each name to one address at a time. */
  #keepCookies(header: Dispatcher.ResponseData['headers'][string]): void {
    for (const line of [header ?? []].flat()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', value = ''] = pair.split('=', 2);
      if (value === '' || attributes.some((part) => /expires=Thu, 01 Jan 1970/i.test(part)))
        this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
