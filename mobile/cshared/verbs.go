package main

// #include "cloudseed.h"
import "C"

import "github.com/cloudseed/cloudseed/mobile"

// about runs a verb about a device.
func about(client, device C.cloudseed_handle, verb func(*mobile.Client, *mobile.Device) error) *C.char {
	return with(client, func(c *mobile.Client) error {
		d, err := get[*mobile.Device](device)
		if err != nil {
			return err
		}
		return verb(c, d)
	})
}

// attached are the files of a handle; 0 is none.
func attached(files C.cloudseed_handle) (*mobile.Files, error) {
	if files == 0 {
		return nil, nil
	}
	return get[*mobile.Files](files)
}

//export cloudseed_create
func cloudseed_create(client, wallet C.cloudseed_handle, pin *C.uint8_t, pinSize C.size_t, files C.cloudseed_handle, device *C.cloudseed_handle) *C.char {
	return with(client, func(c *mobile.Client) error {
		w, err := get[*mobile.Wallet](wallet)
		if err != nil {
			return err
		}
		f, err := attached(files)
		if err != nil {
			return err
		}
		d, err := c.Create(w, lent(pin, pinSize), f)
		if err == nil {
			give(d, device)
		}
		return err
	})
}

//export cloudseed_update
func cloudseed_update(client, device, files C.cloudseed_handle) *C.char {
	return about(client, device, func(c *mobile.Client, d *mobile.Device) error {
		f, err := attached(files)
		if err != nil {
			return err
		}
		return c.Update(d, f)
	})
}

//export cloudseed_resume
func cloudseed_resume(client, device C.cloudseed_handle) *C.char {
	return about(client, device, (*mobile.Client).Resume)
}

//export cloudseed_check
func cloudseed_check(client, device C.cloudseed_handle) *C.char {
	return about(client, device, (*mobile.Client).Check)
}

//export cloudseed_delete
func cloudseed_delete(client, device C.cloudseed_handle) *C.char {
	return about(client, device, (*mobile.Client).Delete)
}

//export cloudseed_change_pin
func cloudseed_change_pin(client, device C.cloudseed_handle, before *C.uint8_t, beforeSize C.size_t, pin *C.uint8_t, pinSize C.size_t, stolen C.int) *C.char {
	return about(client, device, func(c *mobile.Client, d *mobile.Device) error {
		return c.ChangePIN(d, lent(before, beforeSize), lent(pin, pinSize), stolen != 0)
	})
}

//export cloudseed_change_pin_with_wallet
func cloudseed_change_pin_with_wallet(client, device, wallet C.cloudseed_handle, pin *C.uint8_t, pinSize C.size_t, stolen C.int) *C.char {
	return about(client, device, func(c *mobile.Client, d *mobile.Device) error {
		w, err := get[*mobile.Wallet](wallet)
		if err != nil {
			return err
		}
		return c.ChangePINWithWallet(d, w, lent(pin, pinSize), stolen != 0)
	})
}

//export cloudseed_take_over
func cloudseed_take_over(client, device C.cloudseed_handle, before *C.uint8_t, beforeSize C.size_t, pin *C.uint8_t, pinSize C.size_t, stolen C.int) *C.char {
	return about(client, device, func(c *mobile.Client, d *mobile.Device) error {
		return c.TakeOver(d, lent(before, beforeSize), lent(pin, pinSize), stolen != 0)
	})
}

//export cloudseed_remind
func cloudseed_remind(client, device C.cloudseed_handle, pin *C.uint8_t, pinSize C.size_t) *C.char {
	return about(client, device, func(c *mobile.Client, d *mobile.Device) error {
		return c.Remind(d, lent(pin, pinSize))
	})
}

//export cloudseed_leave_receipt
func cloudseed_leave_receipt(client, restored C.cloudseed_handle) *C.char {
	return with(client, func(c *mobile.Client) error {
		r, err := get[*mobile.Restored](restored)
		if err != nil {
			return err
		}
		return c.LeaveReceipt(r)
	})
}

//export cloudseed_find
func cloudseed_find(client C.cloudseed_handle, search *C.cloudseed_handle) *C.char {
	return with(client, func(c *mobile.Client) error {
		s, err := c.Find()
		if err == nil {
			give(s, search)
		}
		return err
	})
}

//export cloudseed_restore
func cloudseed_restore(client, backup C.cloudseed_handle, pin *C.uint8_t, pinSize C.size_t, restored *C.cloudseed_handle) *C.char {
	return with(client, func(c *mobile.Client) error {
		b, err := get[*mobile.Backup](backup)
		if err != nil {
			return err
		}
		r, err := c.Restore(b, lent(pin, pinSize))
		if err == nil {
			give(r, restored)
		}
		return err
	})
}
