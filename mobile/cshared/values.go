package main

// #include "cloudseed.h"
import "C"

import (
	"errors"

	"github.com/cloudseed/cloudseed/mobile"
)

//export cloudseed_wallet_new
func cloudseed_wallet_new(name *C.char, words *C.uint8_t, size C.size_t, wallet *C.cloudseed_handle) *C.char {
	w, err := mobile.NewWallet(C.GoString(name), lent(words, size))
	if err == nil {
		give(w, wallet)
	}
	return fail(err)
}

//export cloudseed_wallet_passphrase
func cloudseed_wallet_passphrase(wallet C.cloudseed_handle, passphrase *C.uint8_t, size C.size_t) *C.char {
	w, err := get[*mobile.Wallet](wallet)
	if err == nil {
		w.SetPassphrase(lent(passphrase, size))
	}
	return fail(err)
}

//export cloudseed_wallet_fingerprint
func cloudseed_wallet_fingerprint(wallet C.cloudseed_handle, fingerprint **C.char) *C.char {
	w, err := get[*mobile.Wallet](wallet)
	if err != nil {
		return fail(err)
	}
	s, err := w.Fingerprint()
	return text(s, err, fingerprint)
}

var errRoom = errors.New("the words need more room")

// The words go into memory of the host's, which it clears.
//
//export cloudseed_wallet_words
func cloudseed_wallet_words(wallet C.cloudseed_handle, words *C.uint8_t, room C.size_t, size *C.size_t) *C.char {
	w, err := get[*mobile.Wallet](wallet)
	if err != nil {
		return fail(err)
	}
	all := w.Words()
	defer clear(all)
	if *size = C.size_t(len(all)); *size > room {
		return fail(errRoom)
	}
	copy(lent(words, room), all)
	return nil
}

//export cloudseed_files_new
func cloudseed_files_new(files *C.cloudseed_handle) *C.char {
	give(mobile.NewFiles(), files)
	return nil
}

//export cloudseed_files_add
func cloudseed_files_add(files C.cloudseed_handle, name *C.char, data *C.uint8_t, size C.size_t) *C.char {
	f, err := get[*mobile.Files](files)
	if err == nil {
		f.Add(C.GoString(name), lent(data, size))
	}
	return fail(err)
}

//export cloudseed_files_count
func cloudseed_files_count(files C.cloudseed_handle) C.int {
	f, err := get[*mobile.Files](files)
	if err != nil {
		return 0
	}
	return C.int(f.Count())
}

//export cloudseed_files_get
func cloudseed_files_get(files C.cloudseed_handle, index C.int, name **C.char, data **C.uint8_t, size *C.size_t) *C.char {
	f, err := get[*mobile.Files](files)
	if err != nil {
		return fail(err)
	}
	bytes := f.Data(int(index))
	*data, *size = (*C.uint8_t)(C.CBytes(bytes)), C.size_t(len(bytes))
	return text(f.Name(int(index)), nil, name)
}

//export cloudseed_device_decode
func cloudseed_device_decode(encoded *C.uint8_t, size C.size_t, device *C.cloudseed_handle) *C.char {
	d, err := mobile.DecodeDevice(lent(encoded, size))
	if err == nil {
		give(d, device)
	}
	return fail(err)
}

//export cloudseed_device_state
func cloudseed_device_state(device C.cloudseed_handle, state **C.char) *C.char {
	d, err := get[*mobile.Device](device)
	if err != nil {
		return fail(err)
	}
	return text(d.State(), nil, state)
}

//export cloudseed_device_report
func cloudseed_device_report(device C.cloudseed_handle, json **C.char) *C.char {
	d, err := get[*mobile.Device](device)
	if err != nil {
		return fail(err)
	}
	s, err := d.Report()
	return text(s, err, json)
}

//export cloudseed_search_count
func cloudseed_search_count(search C.cloudseed_handle) C.int {
	s, err := get[*mobile.Search](search)
	if err != nil {
		return 0
	}
	return C.int(s.Count())
}

//export cloudseed_search_get
func cloudseed_search_get(search C.cloudseed_handle, index C.int, backup *C.cloudseed_handle) *C.char {
	s, err := get[*mobile.Search](search)
	if err != nil {
		return fail(err)
	}
	b := s.Get(int(index))
	if b == nil {
		return fail(errors.New("there is no backup of that number"))
	}
	give(b, backup)
	return nil
}

//export cloudseed_search_not_seen
func cloudseed_search_not_seen(search C.cloudseed_handle, places **C.char) *C.char {
	s, err := get[*mobile.Search](search)
	if err != nil {
		return fail(err)
	}
	return text(s.NotSeen(), nil, places)
}

//export cloudseed_backup_name
func cloudseed_backup_name(backup C.cloudseed_handle, name **C.char) *C.char {
	b, err := get[*mobile.Backup](backup)
	if err != nil {
		return fail(err)
	}
	return text(b.Name(), nil, name)
}

//export cloudseed_backup_unknown_pin_servers
func cloudseed_backup_unknown_pin_servers(backup, client C.cloudseed_handle, addresses **C.char) *C.char {
	b, err := get[*mobile.Backup](backup)
	if err != nil {
		return fail(err)
	}
	return with(client, func(c *mobile.Client) error {
		*addresses = C.CString(b.UnknownPINServers(c))
		return nil
	})
}

//export cloudseed_restored_wallet
func cloudseed_restored_wallet(restored C.cloudseed_handle, wallet *C.cloudseed_handle) *C.char {
	r, err := get[*mobile.Restored](restored)
	if err == nil {
		give(r.Wallet(), wallet)
	}
	return fail(err)
}

//export cloudseed_restored_device
func cloudseed_restored_device(restored C.cloudseed_handle, device *C.cloudseed_handle) *C.char {
	r, err := get[*mobile.Restored](restored)
	if err == nil {
		give(r.Device(), device)
	}
	return fail(err)
}

//export cloudseed_restored_files
func cloudseed_restored_files(restored C.cloudseed_handle, files *C.cloudseed_handle) *C.char {
	r, err := get[*mobile.Restored](restored)
	if err == nil {
		give(r.Files(), files)
	}
	return fail(err)
}

//export cloudseed_content_set
func cloudseed_content_set(content C.cloudseed_handle, data *C.uint8_t, size C.size_t) {
	if c, err := get[*mobile.Content](content); err == nil {
		c.Set(lent(data, size))
	}
}

//export cloudseed_listing_add
func cloudseed_listing_add(listing C.cloudseed_handle, name *C.char, size, modified C.int64_t) {
	if l, err := get[*mobile.Listing](listing); err == nil {
		l.Add(C.GoString(name), int64(size), int64(modified))
	}
}
