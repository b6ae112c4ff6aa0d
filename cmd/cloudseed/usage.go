package main

import (
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/spf13/cobra"
)

// A problem is a failure of the command line itself, or of this computer's files, in
// words already. All other failures get theirs from internal/words.
type problem struct {
	message words.Message
	cause   error
}

func (p *problem) Error() string { return p.message.What }
func (p *problem) Unwrap() error { return p.cause }

func newProblem(code string, exit int, what, next string) *problem {
	return &problem{message: words.Message{Code: code, What: what, Safe: say("Nothing was changed."), Next: next, Exit: exit}}
}

// missing says that nobody can be asked for something, and which flag gives it.
func missing(what, flag string) error {
	return newProblem("missing", words.ExitUsage, say("Missing: %s.", what), say("Say %s, or run it in a terminal.", flag))
}

func badCommandLine(cmd *cobra.Command, cause error) error {
	return newProblem("command-line", words.ExitUsage, cause.Error()+".", say("See %s --help.", cmd.CommandPath()))
}

func twiceStdin(flags []string) error {
	return newProblem("standard-input", words.ExitUsage, say("Standard input cannot be two things: %s.", tongue().Join(flags)),
		say("Give all but one of them as files."))
}

func badFlag(what, next string) error {
	return newProblem("flag", words.ExitUsage, what, next)
}

func noFile(path string, cause error) error {
	p := newProblem("file", words.ExitUsage, say("Could not read %s.", path), say("Check its name and your rights."))
	p.cause = cause
	return p
}

func cannotWrite(path string, cause error) error {
	p := newProblem("write", words.ExitFailure, say("Could not write %s.", path), say("Check the free space and your rights there."))
	p.cause = cause
	return p
}

func interrupted(cause error) error {
	p := newProblem("interrupted", words.ExitFailure, say("Interrupted."), say("Run it again: it goes on where it stopped."))
	p.message.Safe = say("What was verified before stays. Nothing half done counts as a backup.")
	p.cause = cause
	return p
}

func noTerminal() error {
	return badFlag(say("--show-phrase shows the words on a terminal only."), say("Use --out DIR instead."))
}
