'use strict';

/** Returns the path of the program for this platform. */
exports.binary = function binary() {
  if (process.env.DISPATCHMOCK_BINARY) return process.env.DISPATCHMOCK_BINARY;
  const name = `@dispatchmock/${process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'dispatchmock.exe' : 'dispatchmock';
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    throw new Error(
      `the package ${name} is not installed. Install without --omit=optional, on the platform that runs the tests; ` +
        'a package of another platform comes with a node_modules folder that was copied. ' +
        'DISPATCHMOCK_BINARY names a program to use instead.',
    );
  }
};
