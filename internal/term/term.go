// Package term asks the person at the terminal.
//
// Questions and answers go through the terminal device itself, so that standard output
// can be piped away; secrets are typed without echo. Nobody is asked unless standard
// input is a terminal: a script that forgot something must fail, not hang.
package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/cloudseed/cloudseed/secret"
)

// ErrNoAnswer means that the terminal's input ended before an answer.
var ErrNoAnswer = errors.New("the terminal's input ended")

// longest is the most that one answer can have, in bytes.
const longest = 4096

// A Terminal is where a person sits. Use it from one goroutine.
type Terminal struct{ in, out *os.File }

// Open returns the terminal behind stdin, or nil if stdin is none.
func Open(stdin io.Reader) *Terminal {
	f, ok := stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	if t := device(); t != nil {
		return t
	}
	return &Terminal{in: f, out: os.Stderr}
}

// Close lets go of the terminal.
func (t *Terminal) Close() {
	if t == nil || t.out == os.Stderr {
		return
	}
	t.in.Close()
	if t.out != t.in {
		t.out.Close()
	}
}

// Tell prints a line on the terminal, and nowhere else.
func (t *Terminal) Tell(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// Ask prints prompt and returns the line that is typed, without spaces at its ends.
// An empty answer means suggestion, which is shown unless it is empty.
func (t *Terminal) Ask(ctx context.Context, prompt, suggestion string) (string, error) {
	if suggestion != "" {
		prompt += " [" + suggestion + "]"
	}
	fmt.Fprint(t.out, prompt+": ")
	line, err := await(ctx, t, t.line)
	if err != nil {
		return "", err
	}
	if line = strings.TrimSpace(line); line == "" {
		line = suggestion
	}
	return line, nil
}

// AskSecret prints prompt and returns the line that is typed, which is not shown.
func (t *Terminal) AskSecret(ctx context.Context, prompt string) (secret.Text, error) {
	fmt.Fprint(t.out, prompt+": ")
	defer fmt.Fprintln(t.out)
	b, err := await(ctx, t, func() ([]byte, error) { return term.ReadPassword(int(t.in.Fd())) })
	if errors.Is(err, io.EOF) {
		err = ErrNoAnswer
	}
	return secret.New(b), err
}

// await runs read until ctx ends; then it gives up waiting and turns echo on again.
func await[T any](ctx context.Context, t *Terminal, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	before, stateErr := term.GetState(int(t.in.Fd()))
	answers := make(chan answer, 1)
	go func() {
		value, err := read()
		answers <- answer{value, err}
	}()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		if stateErr == nil {
			term.Restore(int(t.in.Fd()), before)
		}
		var none T
		return none, context.Cause(ctx)
	}
}

// line reads byte by byte, because what follows the line is for the next question.
func (t *Terminal) line() (string, error) {
	var line []byte
	b := make([]byte, 1)
	for len(line) < longest {
		n, err := t.in.Read(b)
		switch {
		case n == 1 && b[0] == '\n':
			return strings.TrimSuffix(string(line), "\r"), nil
		case n == 1:
			line = append(line, b[0])
		case err != nil:
			return "", ErrNoAnswer
		}
	}
	return "", fmt.Errorf("an answer of more than %d bytes", longest)
}
