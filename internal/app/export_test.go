package app

// What the tests outside the package need to know of its limits.
const (
	MaxHeaderBytes = maxHeaderBytes
	MaxBodyBytes   = maxBodyBytes
)
