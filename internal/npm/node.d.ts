import type { components, operations } from './admin-api';

type Schemas = components['schemas'];

/** How a server is started. A server that runs already is used as it is. */
export interface MockOptions {
  /** HOST:PORT; the default is a free port of 127.0.0.1. */
  listen?: string;
  /** A folder of fixtures in place of the embedded ones. */
  fixtures?: string;
  /** A folder of schemas in place of the embedded ones. */
  schemas?: string;
  /** A time of RFC 3339 at which the clock stands. */
  clock?: string;
  /** "self", or a certificate's file and its key's file with a comma between. */
  tls?: string;
  /** Further flags of `dispatchmock exec`. */
  flags?: string[];
}

export type Allowed = 'invalid' | 'simulated';
export type Clock = Schemas['clock'];
export type Expectation = Schemas['expectation'];
export type Verdict = NonNullable<Schemas['expectation']['request']>['verdict'];
export type JournalFilter = Omit<NonNullable<operations['get_journal']['parameters']['query']>, 'session'>;

/** What a session begins with. */
export type SessionOptions = Omit<Schemas['session'], 'allowed' | 'request_ids'> & {
  requestIds?: Schemas['request-ids'];
  allow?: Allowed[];
};

export interface RecordKey {
  /** The default is 1. */
  tenant?: number;
  customer: number;
  location: number;
  /** The API version of the record's shape, such as 2019/02/08; the default is the newest. */
  version?: string;
}

/** A request to the mock and its response, in short. */
export interface Exchange {
  id: number;
  start: string;
  tookMs: number;
  method: string;
  path: string;
  status: number;
  verdict: NonNullable<Verdict>;
  requestId?: string;
  clientId?: string;
  version?: string;
  scenario?: string;
  /** Whether the request has changed a record. */
  changed: boolean;
  /** The first rule that was broken, or what a scenario did. */
  message?: string;
}

/** Records, scenarios, clock and journal of one test. */
export interface Session {
  readonly id: string;
  /** The base URL for the application under test. */
  readonly url: string;
  /** Puts records, scenarios and clock back to how the session began. */
  reset(): Promise<void>;
  /** Switches a scenario on: a known one by its name, or a definition. */
  scenario(scenario: string | Record<string, unknown>, times?: number): Promise<void>;
  /** Returns a record, after it was changed by the members given. */
  record(key: RecordKey, changes?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Sets the clock, frozen where a time is given, and returns the setting. */
  clock(setting?: string | Clock): Promise<Clock & { now: string }>;
  /** Returns what happened, oldest first. */
  journal(filter?: JournalFilter): Promise<Exchange[]>;
  /** Returns everything about an exchange, in the form of the admin API. */
  exchange(id: number): Promise<Record<string, unknown>>;
  /** Throws an AssertionError where the journal does not meet the expectation. */
  verify(expectation: Expectation): Promise<void>;
  /** Says that the test breaks the contract, or meets a scenario, on purpose. */
  allow(...words: Allowed[]): void;
  /** Returns the exchanges that break the contract and were not allowed to. */
  unexpected(): Promise<Exchange[]>;
  drop(): Promise<void>;
}

export interface Mock {
  url: string;
  adminUrl: string;
  session(options?: SessionOptions): Promise<Session>;
  /** Stops the server when its last user in this process stops it. */
  stop(): Promise<void>;
}

/** Starts a server, or uses the one of DISPATCHMOCK_URL. */
export function startMock(options?: MockOptions): Promise<Mock>;
