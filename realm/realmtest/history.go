package realmtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/cloudseed/cloudseed/juicebox"
)

// A History is what clients asked of one record, when, and what they were told. It says
// whether a record that does one thing at a time could have given these answers.
//
// A request whose answer was lost may have happened at any time after it was sent, also
// after everything else. Its zero value is ready to use.
type History struct {
	mu         sync.Mutex
	started    time.Time
	operations []porcupine.Operation
	unknown    int
}

// Ask asks as client number, and keeps what happened.
func (h *History) Ask(ctx context.Context, client int, target Target, request juicebox.Request) (juicebox.Response, error) {
	call := h.now()
	reply, err := target.Ask(ctx, request)
	h.add(porcupine.Operation{ClientId: client, Input: request, Call: call, Output: reply, Return: h.now()}, err)
	return reply, err
}

// now counts from the first call.
func (h *History) now() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.started.IsZero() {
		h.started = time.Now()
	}
	return int64(time.Since(h.started))
}

func (h *History) add(operation porcupine.Operation, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		if !mayHaveHappened(operation.Input, err) {
			return
		}
		operation.Output, operation.Return = nil, math.MaxInt64
		h.unknown++
	}
	h.operations = append(h.operations, operation)
}

// mayHaveHappened is false for requests that change nothing, and those never sent.
func mayHaveHappened(request any, err error) bool {
	switch request.(type) {
	case juicebox.Register1, juicebox.Recover1:
		return false
	}
	failed, ok := errors.AsType[*net.OpError](err)
	return !ok || failed.Op != "dial"
}

// Len counts the operations, and those whose outcome is unknown.
func (h *History) Len() (all, unknown int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.operations), h.unknown
}

var (
	// ErrImpossible says that no order of the operations explains the answers.
	ErrImpossible = errors.New("no record that does one thing at a time gives these answers")
	// ErrNotChecked says that the check took too long. It proves nothing.
	ErrNotChecked = errors.New("history not checked in time")
)

// Check looks for an order in which the answers are right, for a minute at most.
func (h *History) Check() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch porcupine.CheckOperationsTimeout(model, h.operations, time.Minute) {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return ErrNotChecked
	}
	text := ""
	for _, o := range h.operations {
		text += fmt.Sprintf("\n%8.3f ms to %8.3f ms, client %d: %s", float64(o.Call)/1e6, float64(o.Return)/1e6, o.ClientId, describe(o))
	}
	return fmt.Errorf("%w:%s", ErrImpossible, text)
}

func describe(o porcupine.Operation) string {
	output := "unknown"
	switch reply := o.Output.(type) {
	case juicebox.Recover1Response:
		output = fmt.Sprintf("%v, version %.2x", reply.Status, reply.Version)
	case juicebox.Recover2Response:
		output = fmt.Sprintf("%v, guess %d of %d", reply.Status, reply.GuessCount, reply.NumGuesses)
	case juicebox.Recover3Response:
		output = fmt.Sprintf("%v, %d left", reply.Status, reply.GuessesRemaining)
	case nil:
	default:
		output = "done"
	}
	switch request := o.Input.(type) {
	case juicebox.Register2:
		return fmt.Sprintf("register %.2x with %d guesses: %s", request.Version, request.NumGuesses, output)
	case juicebox.Recover2:
		return fmt.Sprintf("guess at %.2x: %s", request.Version, output)
	case juicebox.Recover3:
		return fmt.Sprintf("tag for %.2x: %s", request.Version, output)
	}
	return fmt.Sprintf("%T: %s", o.Input, output)
}
