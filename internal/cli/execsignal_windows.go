package cli

import "os"

// forwarded are the signals that are passed on to a command. On Windows the
// console sends them to it.
func forwarded() []os.Signal { return []os.Signal{os.Interrupt} }

func ends(os.Signal) bool { return true }

// fromTerminal reports a signal that the command has got as well.
func fromTerminal(os.Signal) bool { return true }

func codeOf(p *os.ProcessState) int { return p.ExitCode() }
