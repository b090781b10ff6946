/** Browsers have this name; Node's types do not. The generated client needs it. */
type BodyInit = NonNullable<RequestInit['body']>;
