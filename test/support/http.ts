/** An answer, read whole. */
export interface TestResponse<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; reading it fails the test when it is not. */
  readonly body: T;
}

/** What an answer comes down to: its status, and the code of its error if it has one. */
export function statusAndCode({ status, text }: Pick<TestResponse, 'status' | 'text'>): [number, string | undefined] {
  return [status, (JSON.parse(text) as { error?: { code: string } }).error?.code];
}

export interface TestRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client that says what it sends and shows what it got, status included; nothing throws. */
export class TestHttp {
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** The same client with a bearer credential. */
  bearer(credential: string): TestHttp {
    return this.with({ authorization: `Bearer ${credential}` });
  }

  with(headers: Readonly<Record<string, string>>): TestHttp {
    return new TestHttp(this.url, { ...this.headers, ...headers });
  }

  get<T = Record<string, unknown>>(path: string, request?: TestRequest): Promise<TestResponse<T>> {
    return this.send<T>('GET', path, request);
  }
  post<T = Record<string, unknown>>(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse<T>> {
    return this.send<T>('POST', path, { ...request, body });
  }
  put<T = Record<string, unknown>>(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse<T>> {
    return this.send<T>('PUT', path, { ...request, body });
  }
  patch<T = Record<string, unknown>>(path: string, body?: unknown, request?: TestRequest): Promise<TestResponse<T>> {
    return this.send<T>('PATCH', path, { ...request, body });
  }
  delete<T = Record<string, unknown>>(path: string, request?: TestRequest): Promise<TestResponse<T>> {
    return this.send<T>('DELETE', path, request);
  }

  /** Sends a body of bytes or text as it is, anything else as JSON. */
  async send<T = Record<string, unknown>>(
    method: string,
    path: string,
    request: TestRequest = {},
  ): Promise<TestResponse<T>> {
    const { body } = request;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.headers,
        ...request.headers,
      },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get body(): T {
        return JSON.parse(text) as T;
      },
    };
  }
}
