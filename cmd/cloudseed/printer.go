package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/term"
	"github.com/cloudseed/cloudseed/internal/words"
)

// A printer tells what happens: in lines for people, or with --json in one object per
// step and a last one with the result, both on standard output.
type printer struct {
	stdout, stderr io.Writer
	json, verbose  bool
}

func newPrinter(stdout, stderr io.Writer) *printer {
	return &printer{stdout: &inTurn{w: stdout}, stderr: &inTurn{w: stderr}}
}

// inTurn is a writer for several goroutines: a sign-in that is given up may still be telling
// where its page is.
type inTurn struct {
	mu sync.Mutex
	w  io.Writer
}

func (t *inTurn) Write(data []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(data)
}

// A result is what a command ends with. Its fields are the JSON form.
type result interface{ text(w io.Writer) }

type stepJSON struct {
	Type  string `json:"type"` // "step"
	Step  string `json:"step"`
	State string `json:"state"`
	Where string `json:"where,omitempty"`
	Text  string `json:"text"`
	Code  string `json:"code,omitempty"` // why it failed
}

type resultJSON struct {
	Type    string `json:"type"` // "result"
	Command string `json:"command"`
	Result  result `json:"result"`
}

type errorJSON struct {
	Type string `json:"type"` // "error"
	words.Message
}

// step prints progress. People see what was seen to be done, and what failed; programs
// also see what has begun.
func (p *printer) step(s cloudseed.Step) {
	if p.json {
		line := stepJSON{Type: "step", Step: string(s.Name), State: string(s.State), Where: s.Where, Text: tongue().Step(s)}
		if s.State == cloudseed.Failed && s.Err != nil {
			line.Code = messageOf(s.Err).Code
		}
		p.object(line)
		return
	}
	if s.State != cloudseed.Started {
		fmt.Fprintf(p.stderr, "  %s\n", tongue().Line(tongue().Step(s)))
	}
}

// result prints what a command found or did.
func (p *printer) result(command string, r result) {
	if p.json {
		p.object(resultJSON{"result", command, r})
		return
	}
	r.text(p.stdout)
}

// note tells people something on the side.
func (p *printer) note(s words.Sentence, facts ...any) {
	if !p.json {
		fmt.Fprintf(p.stderr, "cloudseed: %s\n", say(s, facts...))
	}
}

// fail prints err and returns its exit code.
func (p *printer) fail(ctx context.Context, err error) int {
	if ctx.Err() != nil && messageOf(err).Exit != words.ExitIncomplete {
		err = interrupted(err)
	}
	m := messageOf(err)
	if p.json {
		p.object(errorJSON{"error", m})
	}
	printf(p.stderr, "cloudseed: %s\n", tongue().Line(m.What))
	for _, line := range append(m.Details, m.Safe, m.Next) {
		if line != "" {
			fmt.Fprintf(p.stderr, "  %s\n", line)
		}
	}
	if p.verbose && m.Log != "" {
		printf(p.stderr, "  cause: %s\n", m.Log)
	} else if m.Code == words.Unexpected {
		printf(p.stderr, "  To see the cause, say --verbose.\n")
	}
	return m.Exit
}

func (p *printer) object(v any) {
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.Encode(v)
}

// messageOf puts any error of this program into words.
func messageOf(err error) words.Message {
	var p *problem
	switch {
	case errors.As(err, &p):
		m := p.message
		if p.cause != nil {
			m.Log = p.cause.Error()
		}
		return m
	case errors.Is(err, term.ErrNoAnswer):
		return newProblem("no-answer", words.ExitUsage, say("The terminal's input ended."), say("Answer the questions, or give flags.")).message
	}
	return tongue().For(err)
}
