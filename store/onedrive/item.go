package onedrive

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// An item is a file or a folder of the drive (the resource type driveItem).
type item struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Size     int64            `json:"size"`
	Modified time.Time        `json:"lastModifiedDateTime"`
	Folder   *json.RawMessage `json:"folder"`
	File     *struct {
		Hashes struct {
			QuickXor string `json:"quickXorHash"`
		} `json:"hashes"`
	} `json:"file"`
}

// fields are what is asked of an item.
const fields = "id,name,size,lastModifiedDateTime,folder,file"

// item reads an answer that is one item.
func (a *answer) item() (*item, error) {
	var i item
	if err := json.Unmarshal(a.body, &i); err != nil {
		return nil, store.Errorf(a.op, a.name, store.ErrCorrupt, "the service's answer: %w", err)
	}
	if i.ID == "" || i.Name == "" {
		return nil, store.Errorf(a.op, a.name, store.ErrCorrupt, "the service's answer is about nothing")
	}
	return &i, nil
}

// check compares data with what the service says about it: its length, and its
// quickXorHash where it is told. The hash finds accidents, not forgeries.
func (i *item) check(op, name string, data []byte) error {
	if int64(len(data)) != i.Size {
		return store.Errorf(op, name, store.ErrCorrupt, "%d bytes, where the service says %d", len(data), i.Size)
	}
	if i.File == nil || i.File.Hashes.QuickXor == "" {
		return nil
	}
	sum := quickXor(data)
	if base64.StdEncoding.EncodeToString(sum[:]) != i.File.Hashes.QuickXor {
		return store.Errorf(op, name, store.ErrCorrupt, "the bytes do not have the service's quickXorHash")
	}
	return nil
}

// look asks what is under name; nil is nothing.
func (s *Store) look(ctx context.Context, op, name string) (*item, error) {
	a, err := s.ask(ctx, request{op: op, name: name, method: "GET", url: s.byName(name, "", url.Values{"$select": {fields}})})
	if a != nil && a.status == http.StatusNotFound {
		return nil, s.folderThere(ctx, op, name)
	}
	if err != nil {
		return nil, err
	}
	i, err := a.item()
	if err == nil && !strings.EqualFold(i.Name, name) {
		return nil, store.Errorf(op, name, store.ErrCorrupt, "the service answers about %q", i.Name)
	}
	return i, err
}

// folderThere fails unless the app folder itself is there: only then a missing file is
// missing.
func (s *Store) folderThere(ctx context.Context, op, name string) error {
	_, err := s.ask(ctx, request{op: op, name: name, method: "GET", url: byID(s.id, "", url.Values{"$select": {"id,name"}})})
	return err // 404 is ErrGone
}

// byName is the address of a file of the app folder, and of a part of it such as "/content".
func (s *Store) byName(name, part string, query url.Values) string {
	escaped := "/me/drive/items/" + url.PathEscape(s.id) + ":/" + escape(name)
	if part != "" {
		escaped += ":" + part
	}
	return apiURL(escaped, query)
}

// byID is the address of an item, and of a part of it such as "/children".
func byID(id, part string, query url.Values) string {
	return apiURL("/me/drive/items/"+url.PathEscape(id)+part, query)
}

// escape escapes all but letters, digits and -._~.
func escape(name string) string {
	return strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// checkName refuses what store.CheckName refuses and what OneDrive does beyond that
// (support.microsoft.com, "Restrictions and limitations in OneDrive and SharePoint").
func checkName(name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "~$") || strings.Contains(lower, "_vti_") || reserved[lower] {
		return store.Errorf("check", name, store.ErrRefused, "OneDrive keeps no file of this name")
	}
	return nil
}

var reserved = func() map[string]bool {
	names := map[string]bool{"desktop.ini": true, "con": true, "prn": true, "aux": true, "nul": true}
	for _, digit := range "0123456789" {
		names["com"+string(digit)], names["lpt"+string(digit)] = true, true
	}
	return names
}()
