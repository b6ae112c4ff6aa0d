package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"filippo.io/age"
)

// A file is all that one backup file is made of, layer by layer from the inside. A test case
// changes what it likes, or hooks in behind a layer to change its bytes.
type file struct {
	vault *vault
	part  string

	wallet   list // wallet.json
	walletTo func(string) string
	contents []member // behind README, manifest and signature; for a wallet part made from wallet

	manifest    list
	manifestTo  func(string) string
	signer      key
	context     string
	signatureTo func([]byte) []byte

	entriesTo func([]entry) []entry
	padTo     int // bytes; 0 pads to the next block only
	archiveTo func([]byte) []byte

	stanza        pairs
	mapTo         func([]byte) []byte
	stanzaSigner  key
	stanzaContext string
	bodyTo        func([]byte) []byte

	recipients []age.Recipient
	stanzasTo  func([]*age.Stanza) []*age.Stanza
	sealedTo   func([]byte) []byte

	// What the vector's header says.
	seed, phrase, holds    string
	madeBody, madeManifest []byte
}

// A member is a file in the tar.
type member struct {
	name string
	data string
}

func newFile() *file {
	v := samantha
	f := &file{
		vault: v, part: "wallet", signer: v.owner, context: "cloudseed manifest 1\x00",
		stanzaSigner: v.root, stanzaContext: "cloudseed stanza 1\x00", stanza: newStanza(v),
		recipients: []age.Recipient{recipient(v.vaultKey)}, seed: hex.EncodeToString(v.vaultKey), holds: v.phrase,
	}
	f.wallet = list{
		{"phrase", quote(v.phrase)}, {"language", `"english"`}, {"passphrase", `""`}, {"name", `"Samantha"`},
		{"birthday", `"2026-11-01"`}, {"fingerprint", `"00000000"`}, {"descriptors", "[]"}, {"owner", quote(hex.EncodeToString(v.owner[:32]))},
	}
	f.manifest = list{
		{"format", `"cloudseed/1"`}, {"vault", quote(hash(v.root.public()))}, {"stanza", ""}, {"part", ""},
		{"generation", "1"}, {"previous", `""`}, {"created", `"2026-11-01T20:00:00Z"`}, {"device", `"Samantha's laptop"`},
		{"files", "{\n    \"generation\": 0,\n    \"sha256\": \"\"\n  }"}, {"places", "[]"}, {"members", ""},
	}
	return f
}

// files makes f a files part, for the key that its phrase yields.
func (f *file) files(members ...member) {
	f.part, f.contents = "files", members
	f.recipients = []age.Recipient{recipient(f.vault.filesKey)}
	f.seed, f.phrase, f.holds = "", f.vault.phrase, ""
}

func (f *file) seal() ([]byte, error) {
	f.madeBody = f.body()
	archive := f.archive()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, allStanzas{f})
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(archive); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return apply(f.sealedTo, b.Bytes()), nil
}

// allStanzas is one recipient that stands for all, so that a case may put anything at all
// into a header whose MAC is right.
type allStanzas struct{ f *file }

func (a allStanzas) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	stanzas := []*age.Stanza{{Type: "cloudseed/1", Body: a.f.madeBody}}
	for _, r := range a.f.recipients {
		more, err := wrap(r, fileKey)
		if err != nil {
			return nil, err
		}
		stanzas = append(stanzas, more...)
	}
	if a.f.stanzasTo != nil {
		stanzas = a.f.stanzasTo(stanzas)
	}
	return stanzas, nil
}

func wrap(r age.Recipient, fileKey []byte) ([]*age.Stanza, error) {
	if labelled, ok := r.(age.RecipientWithLabels); ok {
		stanzas, _, err := labelled.WrapWithLabels(fileKey)
		return stanzas, err
	}
	return r.Wrap(fileKey)
}

// body is the stanza's body: its map and the root key's signature.
func (f *file) body() []byte {
	m := apply(f.mapTo, f.stanza.encode())
	signature := f.stanzaSigner.sign(append([]byte(f.stanzaContext), m...))
	return apply(f.bodyTo, append(bytes.Clone(m), signature...))
}

func (f *file) archive() []byte {
	readme := member{"README.txt", "A test vector.\n"}
	if f.part == "wallet" && f.contents == nil {
		text := f.wallet.json()
		if f.walletTo != nil {
			text = f.walletTo(text)
		}
		f.contents = []member{{"wallet.json", text}}
	}
	manifest := f.manifestText(append([]member{readme}, f.contents...))
	f.madeManifest = []byte(manifest)
	signature := apply(f.signatureTo, f.signer.sign([]byte(f.context+manifest)))
	entries := []entry{regular(readme), regular(member{"manifest.json", manifest}), regular(member{"manifest.sig", string(signature)})}
	for _, m := range f.contents {
		entries = append(entries, regular(m))
	}
	if f.entriesTo != nil {
		entries = f.entriesTo(entries)
	}
	return apply(f.archiveTo, pad(entries, f.padTo))
}

func (f *file) manifestText(members []member) string {
	f.manifest.fill("stanza", quote(hash(f.madeBody)))
	f.manifest.fill("part", quote(f.part))
	var list []string
	for _, m := range members {
		list = append(list, fmt.Sprintf("    {\n      \"name\": %s,\n      \"size\": %d,\n      \"sha256\": %q\n    }", quote(m.name), len(m.data), hash([]byte(m.data))))
	}
	f.manifest.fill("members", "[\n"+strings.Join(list, ",\n")+"\n  ]")
	text := f.manifest.json()
	if f.manifestTo != nil {
		text = f.manifestTo(text)
	}
	return text
}

func apply(change func([]byte) []byte, b []byte) []byte {
	if change == nil {
		return b
	}
	return change(b)
}
