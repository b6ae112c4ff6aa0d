package graph

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An item is a file or a folder.
type item struct {
	id, name          string
	parent            *item
	folder            bool
	data              []byte
	sum               string // quickXorHash
	version           int    // counts changes of content and of metadata
	created, modified time.Time
	client            map[string]any // fileSystemInfo as the client set it
}

func (i *item) eTag() string { return fmt.Sprintf(`"{%s},%d"`, i.id, i.version) }
func (i *item) cTag() string { return fmt.Sprintf(`"c:{%s},%d"`, i.id, i.version) }

// add makes an item. Ids look like those of personal drives.
func (d *Drive) add(parent *item, name string, folder bool, data []byte) *item {
	d.made++
	now := d.cloud.Now().UTC().Truncate(time.Millisecond)
	i := &item{
		id: fmt.Sprintf("F4FD30ED4F7A2A2!%d", 100+d.made), name: name, parent: parent, folder: folder,
		data: bytes.Clone(data), sum: d.hash(data), version: 1, created: now, modified: now,
	}
	d.items[i.id] = i
	return i
}

func (d *Drive) children(folder *item) []*item {
	var inside []*item
	for _, i := range d.items {
		if i.parent == folder {
			inside = append(inside, i)
		}
	}
	slices.SortFunc(inside, func(a, b *item) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	return inside
}

func (d *Drive) child(folder *item, name string) *item {
	for _, i := range d.items {
		if i.parent == folder && d.fold(i.name) == d.fold(name) {
			return i
		}
	}
	return nil
}

func (d *Drive) remove(i *item) {
	for _, c := range d.children(i) {
		d.remove(c)
	}
	delete(d.items, i.id)
	if i == d.approot {
		d.approot = nil
	}
}

// appFolder returns the app folder and makes it at first.
func (d *Drive) appFolder() *item {
	if d.approot == nil {
		apps := d.child(d.root, "Apps")
		if apps == nil {
			apps = d.add(d.root, "Apps", true, nil)
		}
		if d.approot = d.child(apps, d.App); d.approot == nil {
			d.approot = d.add(apps, d.App, true, nil)
		}
	}
	return d.approot
}

// inApp tells whether i is the app folder or in it.
func (d *Drive) inApp(i *item) bool {
	for ; i != nil; i = i.parent {
		if i == d.approot {
			return true
		}
	}
	return false
}

func (d *Drive) used() (n int64) {
	for _, i := range d.items {
		n += int64(len(i.data))
	}
	return n
}

// room tells whether size bytes fit, when those of over are replaced.
func (d *Drive) room(size int64, over *item) bool {
	if over != nil {
		size -= int64(len(over.data))
	}
	return d.off[Quota] || d.used()+size <= d.Capacity
}

// resource is an item as JSON (learn.microsoft.com/graph/api/resources/driveitem).
func (d *Drive) resource(i *item) map[string]any {
	const form = "2006-01-02T15:04:05.999Z"
	v := map[string]any{
		"@odata.context":  "https://" + apiHost + "/v1.0/$metadata#drives('d1')/items/$entity",
		"id":              i.id,
		"name":            i.name,
		"size":            len(i.data),
		"eTag":            i.eTag(),
		"createdDateTime": i.created.Format(form), "lastModifiedDateTime": i.modified.Format(form),
		"fileSystemInfo": map[string]any{"createdDateTime": i.created.Format(form), "lastModifiedDateTime": i.modified.Format(form)},
	}
	if i.client != nil {
		v["fileSystemInfo"] = i.client
	}
	if i.parent != nil {
		v["parentReference"] = map[string]any{"driveId": "d1", "driveType": "personal", "id": i.parent.id, "path": path(i.parent)}
	}
	if i == d.approot {
		v["specialFolder"] = map[string]any{"name": "approot"}
	}
	if i.folder {
		v["folder"] = map[string]any{"childCount": len(d.children(i))}
		return v
	}
	v["cTag"] = i.cTag()
	v["file"] = map[string]any{"mimeType": "application/octet-stream", "hashes": map[string]any{"quickXorHash": i.sum}}
	return v
}

func path(i *item) string {
	if i.parent == nil {
		return "/drive/root:"
	}
	return path(i.parent) + "/" + i.name
}

// hash is the quickXorHash of data, one bit after the other: slower than one needs, and
// written after Microsoft's description as a second opinion.
func (d *Drive) hash(data []byte) string {
	if d.off[Hashes] {
		data = append(bytes.Clone(data), 1)
	}
	var bits [160]byte
	for i, b := range data {
		for k := range 8 {
			bits[(i*11+k)%160] ^= b >> k & 1
		}
	}
	for k := range 64 {
		bits[96+k] ^= byte(uint64(len(data)) >> k & 1)
	}
	var sum [20]byte
	for i, bit := range bits {
		sum[i/8] |= bit << (i % 8)
	}
	return base64.StdEncoding.EncodeToString(sum[:])
}

// goodName tells whether the service keeps a file of that name.
func (d *Drive) goodName(name string) bool {
	if d.off[ForbidsNames] {
		return true
	}
	lower := strings.ToLower(name)
	return name != "" && len(name) <= 255 && !strings.ContainsAny(name, "\"*:<>?/\\|") && strings.TrimSpace(name) == name &&
		!strings.HasSuffix(name, ".") && !strings.HasPrefix(name, "~$") && !strings.Contains(lower, "_vti_") && lower != "desktop.ini" && lower != "con"
}

// readAll reads the body of a request; a body that breaks off is none.
func readAll(w http.ResponseWriter, r *http.Request) (io.ReadCloser, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
	return io.NopCloser(bytes.NewReader(body)), err == nil
}

// Put stores a file in the app folder behind everybody's back, over anything of that name.
func (d *Drive) Put(name string, data []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old := d.child(d.appFolder(), name); old != nil {
		d.remove(old)
	}
	d.add(d.appFolder(), name, false, data)
}

// MakeFolder makes a folder in the app folder.
func (d *Drive) MakeFolder(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(d.appFolder(), name, true, nil)
}

// RemoveAppFolder is what a person can do at onedrive.com.
func (d *Drive) RemoveAppFolder() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remove(d.appFolder())
}

// Stored returns what the app folder holds, by name.
func (d *Drive) Stored() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	files := map[string][]byte{}
	for _, i := range d.children(d.appFolder()) {
		if !i.folder {
			files[i.name] = bytes.Clone(i.data)
		}
	}
	return files
}
