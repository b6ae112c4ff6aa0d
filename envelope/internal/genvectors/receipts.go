package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
)

// A receiptCase is a receipt to make, and what a reader must make of it.
type receiptCase struct {
	name    string
	comment string
	expect  string              // "success", "receipt" or "newer version"
	fields  func(list)          // what is wrong with a value
	text    func(string) string // or with the text that is signed
	spoil   func([]byte) []byte // or with the file
	signer  *vault              // whose root key signs; samantha's when nil
	context string              // what is signed in front; the right one when ""
}

var receiptCases = []receiptCase{
	{name: "receipt", comment: "two files were opened", expect: "success"},
	{name: "receipt_one_file", comment: "a wallet part alone, by a device without a name", expect: "success", fields: func(l list) {
		l.set("files", "[\n    "+quote(hash(made("wallet part")))+"\n  ]")
		l.set("device", `""`)
	}},
	{name: "receipt_device_100", comment: "a name of 100 bytes", expect: "success", fields: func(l list) { l.set("device", quote(strings.Repeat("é", 50))) }},
	{name: "receipt_largest_registration", expect: "success", fields: func(l list) { l.set("registration", "9007199254740991") }},
	{name: "receipt_other_root", comment: "signed by another vault's root key", expect: "receipt", signer: other},
	{name: "receipt_context", comment: "signed as a manifest", expect: "receipt", context: "cloudseed manifest 1\x00"},
	{name: "receipt_changed", comment: "one character changed after signing", expect: "receipt", spoil: func(b []byte) []byte {
		return bytes.Replace(b, []byte("phone"), []byte("Phone"), 1)
	}},
	{name: "receipt_no_signature", expect: "receipt", spoil: func(b []byte) []byte { return b[:len(b)-129] }},
	{name: "receipt_signature_upper_case", expect: "receipt", spoil: func(b []byte) []byte {
		return append(b[:len(b)-129], bytes.ToUpper(b[len(b)-129:])...)
	}},
	{name: "receipt_no_line_feed", expect: "receipt", spoil: func(b []byte) []byte { return b[:len(b)-1] }},
	{name: "receipt_trailing", comment: "a line more", expect: "receipt", spoil: func(b []byte) []byte { return append(b, '\n') }},
	{name: "receipt_empty", expect: "receipt", spoil: func([]byte) []byte { return nil }},
	{name: "receipt_too_large", comment: "more than 16 KiB, and signed", expect: "receipt", fields: func(l list) { l.set("device", quote(strings.Repeat("x", 17<<10))) }},
	{name: "receipt_newer", expect: "newer version", fields: func(l list) { l.set("format", `"cloudseed/2"`) }},
	{name: "receipt_other_format", expect: "receipt", fields: func(l list) { l.set("format", `"somethingelse/1"`) }},
	{name: "receipt_other_vault", comment: "the vault is not that of the root key", expect: "receipt", fields: func(l list) { l.set("vault", quote(hash(other.root.public()))) }},
	{name: "receipt_registration_0", expect: "receipt", fields: func(l list) { l.set("registration", "0") }},
	{name: "receipt_registration_too_large", comment: "2^53", expect: "receipt", fields: func(l list) { l.set("registration", "9007199254740992") }},
	{name: "receipt_no_files", expect: "receipt", fields: func(l list) { l.set("files", "[]") }},
	{name: "receipt_three_files", expect: "receipt", fields: func(l list) {
		l.set("files", strings.Replace(l[l.at("files")].value, "[", "[\n    "+quote(hash(made("third")))+",", 1))
	}},
	{name: "receipt_null_files", expect: "receipt", fields: func(l list) { l.set("files", "null") }},
	{name: "receipt_hash_upper_case", expect: "receipt", fields: func(l list) { l.set("stanza", strings.ToUpper(l[l.at("stanza")].value)) }},
	{name: "receipt_device_101", expect: "receipt", fields: func(l list) { l.set("device", quote(strings.Repeat("x", 101))) }},
	{name: "receipt_time_offset", comment: "not in UTC", expect: "receipt", fields: func(l list) { l.set("opened", `"2026-11-22T13:00:00+01:00"`) }},
	{name: "receipt_time_fraction", expect: "receipt", fields: func(l list) { l.set("opened", `"2026-11-22T12:00:00.5Z"`) }},
	{name: "receipt_no_time", comment: "30 February", expect: "receipt", fields: func(l list) { l.set("opened", `"2026-02-30T12:00:00Z"`) }},
	{name: "receipt_opening_short", comment: "62 digits", expect: "receipt", fields: func(l list) { l.set("opening", quote(hash(made("opening"))[:62])) }},
	{name: "receipt_key_more", expect: "receipt", text: func(s string) string { return strings.Replace(s, "\n}", ",\n  \"more\": 1\n}", 1) }},
	{name: "receipt_key_missing", expect: "receipt", text: func(s string) string { return strings.Replace(s, "  \"registration\": 2,\n", "", 1) }},
	{name: "receipt_key_order", expect: "receipt", text: func(s string) string {
		return strings.Replace(strings.Replace(s, `  "registration": 2,`+"\n", "", 1), `  "stanza"`, "  \"registration\": 2,\n  \"stanza\"", 1)
	}},
	{name: "receipt_indent", expect: "receipt", text: func(s string) string { return strings.Replace(s, "\n  \"", "\n \"", 1) }},
}

// vector is the receipt behind a text header and an empty line, as for sealed files.
func (c receiptCase) vector() []byte {
	l := list{
		{"format", `"cloudseed/1"`},
		{"vault", quote(hash(samantha.root.public()))},
		{"stanza", quote(hash(made("stanza")))},
		{"registration", "2"},
		{"files", "[\n    " + quote(hash(made("wallet part"))) + ",\n    " + quote(hash(made("files part"))) + "\n  ]"},
		{"device", `"Samantha's phone"`},
		{"opened", `"2026-11-22T12:00:00Z"`},
		{"opening", quote(hash(made("opening")))},
	}
	if c.fields != nil {
		c.fields(l)
	}
	text := l.json()
	if c.text != nil {
		text = c.text(text)
	}
	signer, context := samantha, "cloudseed receipt 1\x00"
	if c.signer != nil {
		signer = c.signer
	}
	if c.context != "" {
		context = c.context
	}
	file := []byte(text + hex.EncodeToString(signer.root.sign([]byte(context+text))) + "\n")
	if c.spoil != nil {
		file = c.spoil(file)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "expect: %s\n", c.expect)
	if c.comment != "" {
		fmt.Fprintf(&b, "comment: %s\n", c.comment)
	}
	fmt.Fprintf(&b, "root: %x\n\n", samantha.root.public())
	b.Write(file)
	return b.Bytes()
}
