package main

/*
#include <stdlib.h>
#include "cloudseed.h"

// cgo cannot call a C function pointer itself.
static int call_create(cloudseed_create_fn f, void *context, const char *name, const uint8_t *data, size_t size) { return f(context, name, data, size); }
static int call_get(cloudseed_get_fn f, void *context, const char *name, cloudseed_handle content) { return f(context, name, content); }
static int call_list(cloudseed_list_fn f, void *context, cloudseed_handle listing) { return f(context, listing); }
static int call_delete(cloudseed_delete_fn f, void *context, const char *name) { return f(context, name); }
static int call_save(cloudseed_save_fn f, void *context, const char *vault, const uint8_t *device, size_t size) { return f(context, vault, device, size); }
static int call_forget(cloudseed_forget_fn f, void *context, const char *vault) { return f(context, vault); }
static void call_step(cloudseed_step_fn f, void *context, const char *name, const char *state, const char *where, const char *kind) { f(context, name, state, where, kind); }
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
	"unsafe"

	"github.com/cloudseed/cloudseed/mobile"
)

var errHandle = errors.New("a handle of another kind, or one that was released")

// answers are the kinds of a place in the order of the numbers in cloudseed.h.
var answers = []string{"", "not-found", "exists", "signed-out", "consent", "full", "busy", "offline", "gone", "refused", "corrupt"}

func answer(n C.int) (string, error) {
	if n < 0 || int(n) >= len(answers) {
		return "", fmt.Errorf("the host's answer %d is not known", int(n))
	}
	return answers[n], nil
}

// place is a place whose functions are C's.
type place struct {
	context unsafe.Pointer
	create  C.cloudseed_create_fn
	get     C.cloudseed_get_fn
	list    C.cloudseed_list_fn
	remove  C.cloudseed_delete_fn
}

func (p *place) Create(name string, data []byte) (string, error) {
	n, free := cString(name)
	defer free()
	return answer(C.call_create(p.create, p.context, n, first(data), C.size_t(len(data))))
}

func (p *place) Get(name string, content *mobile.Content) (string, error) {
	n, free := cString(name)
	defer free()
	h := cgo.NewHandle(content)
	defer h.Delete()
	return answer(C.call_get(p.get, p.context, n, C.cloudseed_handle(h)))
}

func (p *place) List(listing *mobile.Listing) (string, error) {
	h := cgo.NewHandle(listing)
	defer h.Delete()
	return answer(C.call_list(p.list, p.context, C.cloudseed_handle(h)))
}

func (p *place) Delete(name string) (string, error) {
	n, free := cString(name)
	defer free()
	return answer(C.call_delete(p.remove, p.context, n))
}

// journal is a journal whose functions are C's.
type journal struct {
	context unsafe.Pointer
	save    C.cloudseed_save_fn
	forget  C.cloudseed_forget_fn
}

func (j *journal) Save(vault string, device []byte) error {
	v, free := cString(vault)
	defer free()
	return saved(C.call_save(j.save, j.context, v, first(device), C.size_t(len(device))))
}

func (j *journal) Forget(vault string) error {
	v, free := cString(vault)
	defer free()
	return saved(C.call_forget(j.forget, j.context, v))
}

func saved(n C.int) error {
	if n != 0 {
		return fmt.Errorf("the host's journal answered %d", int(n))
	}
	return nil
}

// listener is a listener whose function is C's.
type listener struct {
	context unsafe.Pointer
	step    C.cloudseed_step_fn
}

func (l *listener) Step(name, state, where, kind string) {
	var c [4]*C.char
	for i, s := range []string{name, state, where, kind} {
		c[i] = C.CString(s)
		defer C.free(unsafe.Pointer(c[i]))
	}
	C.call_step(l.step, l.context, c[0], c[1], c[2], c[3])
}

func cString(s string) (*C.char, func()) {
	c := C.CString(s)
	return c, func() { C.free(unsafe.Pointer(c)) }
}

// first lends bytes to C for one call.
func first(data []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(data)) }
