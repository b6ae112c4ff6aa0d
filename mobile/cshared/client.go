package main

// #include "cloudseed.h"
import "C"

import (
	"unsafe"

	"github.com/cloudseed/cloudseed/mobile"
)

//export cloudseed_client_new
func cloudseed_client_new(pinServers *C.char, client *C.cloudseed_handle) *C.char {
	c, err := mobile.NewClient(C.GoString(pinServers))
	if err == nil {
		give(c, client)
	}
	return fail(err)
}

// with runs what needs the client.
func with(client C.cloudseed_handle, do func(*mobile.Client) error) *C.char {
	c, err := get[*mobile.Client](client)
	if err != nil {
		return fail(err)
	}
	return fail(do(c))
}

//export cloudseed_client_place
func cloudseed_client_place(client C.cloudseed_handle, name, url *C.char, create C.cloudseed_create_fn, get C.cloudseed_get_fn, list C.cloudseed_list_fn, remove C.cloudseed_delete_fn, context unsafe.Pointer) *C.char {
	return with(client, func(c *mobile.Client) error {
		c.AddPlace(C.GoString(name), C.GoString(url), &place{context, create, get, list, remove})
		return nil
	})
}

//export cloudseed_client_journal
func cloudseed_client_journal(client C.cloudseed_handle, save C.cloudseed_save_fn, forget C.cloudseed_forget_fn, context unsafe.Pointer) *C.char {
	return with(client, func(c *mobile.Client) error {
		c.SetJournal(&journal{context, save, forget})
		return nil
	})
}

//export cloudseed_client_listener
func cloudseed_client_listener(client C.cloudseed_handle, step C.cloudseed_step_fn, context unsafe.Pointer) *C.char {
	return with(client, func(c *mobile.Client) error {
		c.SetListener(&listener{context, step})
		return nil
	})
}

//export cloudseed_client_device_name
func cloudseed_client_device_name(client C.cloudseed_handle, name *C.char) *C.char {
	return with(client, func(c *mobile.Client) error {
		c.SetDeviceName(C.GoString(name))
		return nil
	})
}

//export cloudseed_client_accept_pin_servers
func cloudseed_client_accept_pin_servers(client C.cloudseed_handle, accept C.int) *C.char {
	return with(client, func(c *mobile.Client) error {
		c.AcceptPINServers(accept != 0)
		return nil
	})
}

//export cloudseed_client_cancel
func cloudseed_client_cancel(client C.cloudseed_handle) *C.char {
	return with(client, func(c *mobile.Client) error {
		c.Cancel()
		return nil
	})
}
