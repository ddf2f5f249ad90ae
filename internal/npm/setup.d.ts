/** Starts the server that all workers use, and returns what stops it. */
declare function setup(): Promise<() => Promise<void>>;
export = setup;
