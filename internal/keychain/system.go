package keychain

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
)

// service is under which name people see the items in their keychain.
const service = "cloudseed"

// chunk is how many characters one item holds. Windows takes 2,560 bytes; the macOS tool
// takes a command line of 4,096, in which the value is in base64 a second time.
const chunk = 2400

// patience is how long a keychain may take: it may ask the person to unlock it.
var patience = time.Minute

// An item that holds everything is "1:" and base64. A longer secret is "2:generation:
// parts:SHA-256" with its parts in items of their own. They are written first, under a
// new generation, so that the one item that names them always names a whole secret.
const (
	whole = "1:"
	parts = "2:"
)

func saveSystem(id, name string, data []byte) error {
	text := base64.StdEncoding.EncodeToString(data)
	old, err := get(id, name)
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return unavailable(name, err)
	}
	head := whole + text
	if len(head) > chunk {
		if head, err = saveParts(id, name, text, data); err != nil {
			return unavailable(name, err)
		}
	}
	if err := call(func() error { return keyring.Set(service, user(id, name), head) }); err != nil {
		return unavailable(name, err)
	}
	dropParts(id, name, old) // what is left of the old ones does no harm to the new
	return nil
}

// saveParts writes text in parts and returns the item that names them.
func saveParts(id, name, text string, data []byte) (head string, err error) {
	random := make([]byte, 4)
	rand.Read(random)
	generation, n := hex.EncodeToString(random), 0
	for ; len(text) > 0; n++ {
		piece := text[:min(chunk, len(text))]
		text = text[len(piece):]
		item := part(id, name, generation, n)
		if err := call(func() error { return keyring.Set(service, item, piece) }); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%s%s:%d:%x", parts, generation, n, sha256.Sum256(data)), nil
}

func loadSystem(id, name string) ([]byte, error) {
	for try := 0; ; try++ {
		head, err := get(id, name)
		if errors.Is(err, keyring.ErrNotFound) {
			return nil, notExist(name)
		}
		if err != nil {
			return nil, unavailable(name, err)
		}
		data, err := read(id, name, head)
		if errors.Is(err, ErrDamaged) && try < 2 {
			continue // another process may have replaced it between two reads
		}
		return data, err
	}
}

// read returns what head holds or names.
func read(id, name, head string) ([]byte, error) {
	damaged := fmt.Errorf("keychain: %q: %w", name, ErrDamaged)
	text, isWhole := strings.CutPrefix(head, whole)
	generation, n, sum, ok := parseHead(head)
	if !isWhole && !ok {
		return nil, damaged
	}
	if !isWhole {
		var all strings.Builder
		for i := range n {
			piece, err := getItem(part(id, name, generation, i))
			if errors.Is(err, keyring.ErrNotFound) {
				return nil, damaged
			}
			if err != nil {
				return nil, unavailable(name, err)
			}
			all.WriteString(piece)
		}
		text = all.String()
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !isWhole && fmt.Sprintf("%x", sha256.Sum256(data)) != sum {
		return nil, damaged
	}
	return data, nil
}

func parseHead(head string) (generation string, n int, sum string, ok bool) {
	text, ok := strings.CutPrefix(head, parts)
	fields := strings.Split(text, ":")
	if !ok || len(fields) != 3 {
		return "", 0, "", false
	}
	n, err := strconv.Atoi(fields[1])
	return fields[0], n, fields[2], err == nil && n > 0 && n <= 2*MaxSize/chunk+1
}

func deleteSystem(id, name string) error {
	head, err := get(id, name)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	if err != nil {
		return unavailable(name, err)
	}
	err = call(func() error { return keyring.Delete(service, user(id, name)) })
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return unavailable(name, err)
	}
	return dropParts(id, name, head)
}

// dropParts removes the parts that head names.
func dropParts(id, name, head string) error {
	generation, n, _, ok := parseHead(head)
	if !ok {
		return nil
	}
	for i := range n {
		item := part(id, name, generation, i)
		err := call(func() error { return keyring.Delete(service, item) })
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return unavailable(name, err)
		}
	}
	return nil
}

// user names an item: secrets of two directories do not meet.
func user(id, name string) string { return id + "/" + name }

func part(id, name, generation string, n int) string {
	return fmt.Sprintf("%s#%s-%d", user(id, name), generation, n)
}

func get(id, name string) (string, error) { return getItem(user(id, name)) }

func getItem(item string) (text string, err error) {
	var found string
	err = call(func() error {
		var err error
		found, err = keyring.Get(service, item)
		return err
	})
	if err != nil {
		return "", err // found may still be written to
	}
	return found, nil
}

// systemAnswers tells whether there is a keychain that answers.
func systemAnswers() bool {
	_, err := getItem("is anybody there")
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

var (
	errSlow = errors.New("no answer")
	queue   sync.Mutex // one call at a time, also of those that nobody waits for any more
)

// call runs one operation of the keychain, which knows no time-outs. One that takes too
// long goes on by itself, and later ones wait for it: they cannot overtake it.
func call(operation func() error) error {
	done := make(chan error, 1)
	go func() {
		queue.Lock()
		defer queue.Unlock()
		done <- operation()
	}()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		return errSlow
	}
}

// unavailable is for a keychain that failed. What it said is for the log; the value that
// was to be saved is not in it.
func unavailable(name string, err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("keychain: %q: %w: %w", name, ErrUnavailable, err)
}
