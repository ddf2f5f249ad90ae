package bundle

// ReadUpTo is Read with another limit on the length of the file.
var ReadUpTo = readUpTo
