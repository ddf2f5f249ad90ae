// Made by a test from the OpenAPI document of the admin API; not to be edited.

export interface paths {
    "/_mock/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The exchanges, newest first. */
        get: operations["get_journal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Choices to change
         * @description Keys and values as in the choices of a fixture file.
         */
        choices: Record<string, unknown>;
        /**
         * A clock's setting
         * @description How a session's clock goes.
         */
        clock: {
            /** @description The time of RFC 3339 at which a frozen clock stands, or a stepping one begins. */
            at?: string;
            /**
             * @description real: the machine's time; frozen: stands still; offset: the machine's time and a difference; step: stands still but for a step at each request.
             * @enum {unknown}
             */
            mode: "real" | "frozen" | "offset" | "step";
            /** @description A duration such as -24h. */
            offset?: string;
            /** @description A duration such as 1s. */
            step?: string;
        };
        /** What the journal is expected to have */
        expectation: {
            /**
             * @description What may lie between the requests of "order".
             * @default anything
             * @enum {unknown}
             */
            between?: "anything" | "nothing";
            /**
             * @description Whether a request that nothing here expects is a failure.
             * @default false
             */
            nothing_else?: boolean;
            /** @description Requests that follow one another in this order; each stands for one. */
            order?: components["schemas"]["expectation.matcher"][];
            request?: components["schemas"]["expectation.matcher"];
            /** @description Several requests, in any order, each a number of times. */
            requests?: {
                request: components["schemas"]["expectation.matcher"];
                times?: components["schemas"]["expectation.times"];
            }[];
            times?: components["schemas"]["expectation.times"];
        };
        /** Version pins */
        pins: {
            /** @description The version of each client ID; null takes its pin away. */
            pins: {
                [key: string]: string | null;
            };
        };
        problem: {
            detail: string;
            errors?: {
                pointer?: string;
                rule?: string;
                value?: string;
            }[];
            status: number;
            title: string;
            type: string;
        };
        /**
         * A customer at a location
         * @description A record in the shape of the API version that the query names.
         */
        record: Record<string, unknown>;
        /**
         * A change of a record
         * @description The members to change, each with its new value.
         */
        "record-patch": Record<string, unknown>;
        /**
         * The source of request IDs
         * @description random, or the sequence that a seed repeats on every machine.
         */
        "request-ids": {
            /** @enum {unknown} */
            mode?: "random" | "seed";
            /** @description A whole number from 0 on. */
            seed?: number;
        };
        /** How to reset */
        reset: {
            /** @description Whether the journal of the session is kept. */
            keep_journal?: boolean;
        };
        /**
         * A request to send
         * @description A request that the server sends to its own mocked API.
         */
        send: {
            /** @description The body as text. */
            body?: string;
            /** @description The header fields, in order. */
            headers?: {
                /**
                 * a field's name, of letters, digits and -
                 * @description The field's name.
                 */
                name: string;
                /**
                 * text of one line
                 * @description The field's value.
                 */
                value: string;
            }[];
            /**
             * a method, such as DELETE
             * @description The method.
             * @example DELETE
             */
            method: string;
            /**
             * a path that begins with /
             * @description The path, with its query if it has one.
             * @example /customers/1/locations/1
             */
            path: string;
            /**
             * the ID of a session
             * @description The ID of the session that it is sent to; the default one if absent.
             */
            session?: string;
        };
        /**
         * A session to make
         * @description Every member may be left out.
         */
        session: {
            /** @description What the session's requests do on purpose, for dispatchmock exec: invalid, a request that breaks the contract; simulated, a scenario that was not asked for. */
            allowed?: ("invalid" | "simulated")[];
            /**
             * A clock's setting
             * @description How a session's clock goes.
             */
            clock?: {
                /** @description The time of RFC 3339 at which a frozen clock stands, or a stepping one begins. */
                at?: string;
                /**
                 * @description real: the machine's time; frozen: stands still; offset: the machine's time and a difference; step: stands still but for a step at each request.
                 * @enum {unknown}
                 */
                mode: "real" | "frozen" | "offset" | "step";
                /** @description A duration such as -24h. */
                offset?: string;
                /** @description A duration such as 1s. */
                step?: string;
            };
            /** @description Records and choices over those of the fixtures, in the form of a fixture file. */
            fixtures?: Record<string, unknown>;
            /**
             * 1 to 63 of the characters a-z, 0-9 and -, the first a letter or a digit
             * @description The session's ID, as it stands in paths and host names.
             */
            id?: string;
            /** @description A name for people. */
            name?: string;
            /**
             * The source of request IDs
             * @description random, or the sequence that a seed repeats on every machine.
             */
            request_ids?: {
                /** @enum {unknown} */
                mode?: "random" | "seed";
                /** @description A whole number from 0 on. */
                seed?: number;
            };
            /** @description Scenarios to switch on: names of known ones, or definitions. */
            scenarios?: (string | Record<string, unknown>)[];
            /** @description Of what scenarios draw by chance. */
            seed?: number;
            /** @description How long the session may be idle, a duration such as 30m. */
            ttl?: string;
        };
        /** A snapshot to take */
        snapshot: {
            /**
             * 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or a digit
             * @description 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or a digit.
             */
            name: string;
        };
        /**
         * A scenario to switch on
         * @description Either the name of a known scenario, or a definition; how often and until when it takes over may be limited.
         */
        switch: {
            /** @description A scenario, as a fixture file spells it. */
            definition?: Record<string, unknown>;
            /** @description The name of a known scenario. */
            name?: string;
            /** @description How often it takes over before it ends. */
            times?: number;
            /** @description The time of RFC 3339, by the session's clock, at which it ends. */
            until?: string;
        };
        /** @description The request's body, which is JSON; one of equals and contains. */
        "expectation.body": {
            /** @description Objects may have more members than these; arrays have as many items. */
            contains?: unknown;
            /** @description The same JSON value, however it is written. */
            equals?: unknown;
        };
        /** @description A field's value, or one of equals, matches and absent. */
        "expectation.field": string | {
            /**
             * @description There is no such field.
             * @constant
             */
            absent?: true;
            /** @description The whole value. */
            equals?: string;
            /** @description A regular expression (RE2) that some of the value matches; a token was redacted before. */
            matches?: string;
        };
        /** @description What is known of a request and its response; what is left out may be anything. */
        "expectation.matcher": {
            body?: components["schemas"]["expectation.body"];
            /** @description The client ID that the token belongs to. */
            client_id?: string;
            /** @description Request header fields by name, in any spelling. */
            header?: {
                [key: string]: components["schemas"]["expectation.field"];
            };
            /**
             * @description The method, in its own spelling.
             * @example DELETE
             */
            method?: string;
            /**
             * @description The whole path without its query; a * in it stands for any text.
             * @example /customers/1/locations/1/
             */
            path?: string;
            /** @description The name of the scenario that took over; empty where none did. */
            scenario?: string;
            /**
             * a status such as 404, or a class such as 4xx
             * @description The response's status, or its class.
             * @example 404
             */
            status?: number | string;
            /** @description The tenant that the request names. */
            tenant?: number;
            /**
             * @description The journal's verdict on the exchange.
             * @enum {unknown}
             */
            verdict?: "ok" | "rejected" | "invalid" | "simulated" | "violation";
            /**
             * @description The version in force.
             * @example 2019/02/08
             */
            version?: string;
        };
        /** @description How often; at least once where nothing is said. */
        "expectation.times": {
            at_least?: number;
            at_most?: number;
            exactly?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_journal: {
        parameters: {
            query?: {
                session?: string;
                status?: string;
                method?: string;
                path?: string;
                text?: string;
                verdict?: string;
                since?: string;
                after?: string;
                before?: string;
                limit?: string;
                admin?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description What was wrong, and what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["problem"];
                };
            };
        };
    };
}
