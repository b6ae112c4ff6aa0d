// Command cshared is package mobile as a C shared library, for hosts that gomobile does not
// reach: C, C++, Node, Python.
//
//	go build -buildmode=c-shared -o libcloudseed.so ./mobile/cshared
//
// cloudseed.h, beside this file, says how it is called, and the build writes libcloudseed.h with
// the functions. It needs cgo, which nothing else here
// does, and is in neither program.
package main

/*
#include <stdlib.h>
#include "cloudseed.h"
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"

	"github.com/cloudseed/cloudseed/mobile"
)

func main() {}

// give puts a new handle of v into out.
func give(v any, out *C.cloudseed_handle) { *out = C.cloudseed_handle(cgo.NewHandle(v)) }

// get is what a handle stands for. A host that hands over a wrong one has gone wrong itself: it
// gets an error where that can be told.
func get[T any](h C.cloudseed_handle) (v T, err error) {
	defer func() {
		if recover() != nil { // cgo.Handle panics for one that was released
			err = errHandle
		}
	}()
	v, ok := cgo.Handle(h).Value().(T)
	if !ok {
		return v, errHandle
	}
	return v, nil
}

// lent is memory of the host's, good until the call ends.
func lent(data *C.uint8_t, size C.size_t) []byte {
	if size == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(data), int(size))
}

// text is a copy that the host gives back to cloudseed_free.
func text(s string, err error, out **C.char) *C.char {
	if err == nil {
		*out = C.CString(s)
	}
	return fail(err)
}

// fail is an error as the host gets it; NULL for none.
func fail(err error) *C.char {
	if err == nil {
		return nil
	}
	return C.CString(mobile.Explain(err).Text())
}

//export cloudseed_free
func cloudseed_free(text *C.char) { C.free(unsafe.Pointer(text)) }

//export cloudseed_release
func cloudseed_release(h C.cloudseed_handle) {
	defer func() { _ = recover() }() // releasing twice does nothing
	switch v := cgo.Handle(h).Value().(type) {
	case *mobile.Wallet:
		v.Clear()
	case *mobile.Restored:
		v.Clear()
	}
	cgo.Handle(h).Delete()
}
