package drive

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxUpload is more than anything that this fake is for, in bytes.
const maxUpload = 64 << 20

// An upload is the body of a create or an update.
type upload struct {
	meta  metadata
	media bool
	mime  string
	data  []byte
	chunk *chunk // nil: not a part of a resumable upload
}

// metadata is what an app may say about a file.
type metadata struct {
	ID            string            `json:"id"`
	Name          string            `json:"name"`
	MimeType      string            `json:"mimeType"`
	Parents       []string          `json:"parents"`
	AppProperties map[string]string `json:"appProperties"`
	ModifiedTime  string            `json:"modifiedTime"`
	CreatedTime   string            `json:"createdTime"`
	Description   string            `json:"description"`
	Trashed       *bool             `json:"trashed"`
}

// readUpload reads a body; nil where there is none.
func (s *Server) readUpload(r *http.Request) (*upload, error) {
	isUpload := strings.HasPrefix(r.URL.Path, "/upload/")
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case isResumable(r) && r.URL.Query().Has("upload_id"):
		return s.readChunk(r)
	case r.Method != http.MethodPost && r.Method != http.MethodPatch:
		return nil, nil
	case !isUpload || isResumable(r):
		if kind != "application/json" && s.on(BodiesRead) {
			return nil, invalid("", "Unsupported content type %q", kind)
		}
		u := &upload{}
		return u, s.readMetadata(r.Body, &u.meta)
	case r.URL.Query().Get("uploadType") == "media":
		return s.readMedia(r)
	case r.URL.Query().Get("uploadType") != "multipart" || kind != "multipart/related" || params["boundary"] == "":
		return nil, invalid("uploadType", "this fake knows media, multipart and resumable uploads only")
	}
	return s.readParts(multipart.NewReader(http.MaxBytesReader(nil, r.Body, maxUpload), params["boundary"]))
}

// readMedia reads a body that is the bytes of the file and nothing else.
func (s *Server) readMedia(r *http.Request) (*upload, error) {
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxUpload))
	u := &upload{media: true, mime: r.Header.Get("Content-Type"), data: data}
	if err != nil && s.on(UploadsWhole) {
		return nil, invalid("", "Failed to parse the upload")
	}
	return u, s.checkSmall(u)
}

func (s *Server) checkSmall(u *upload) error {
	if len(u.data) > maxMultipart && s.on(UploadsSmall) {
		return Refusal{Status: 413, Reason: "uploadTooLarge", Message: "Request entity too large"}
	}
	return nil
}

// readParts reads exactly two parts: metadata and media.
func (s *Server) readParts(parts *multipart.Reader) (*upload, error) {
	u := &upload{media: true}
	part, err := parts.NextRawPart()
	if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), "application/json") && s.on(BodiesRead) {
		return nil, invalid("", "Missing metadata")
	}
	if err := s.readMetadata(part, &u.meta); err != nil {
		return nil, err
	}
	if part, err = parts.NextRawPart(); err != nil {
		return nil, invalid("", "Missing media")
	}
	u.mime = part.Header.Get("Content-Type")
	u.data, err = io.ReadAll(part)
	if !s.on(UploadsWhole) {
		return u, nil
	}
	if err != nil { // cut short
		return nil, invalid("", "Failed to parse the upload")
	}
	if err := s.checkSmall(u); err != nil {
		return nil, err
	}
	if _, err := parts.NextRawPart(); err != io.EOF && s.on(BodiesRead) {
		return nil, invalid("", "Failed to parse the upload")
	}
	return u, nil
}

func (s *Server) readMetadata(r io.Reader, m *metadata) error {
	if err := json.NewDecoder(r).Decode(m); err != nil && s.on(BodiesRead) {
		return Refusal{Status: 400, Reason: "parseError", Message: "Parse Error"}
	}
	return nil
}

// create is files.create.
func (c *call) create(u *upload) (any, error) {
	f, err := c.prepare(u.meta, u.data, u.mime)
	if err != nil {
		return nil, err
	}
	return c.store(f)
}

// prepare makes a file, or refuses, and stores nothing.
func (c *call) prepare(m metadata, data []byte, kind string) (*file, error) {
	if _, err := c.one(&file{}); err != nil { // the fields asked for
		return nil, err
	}
	id, err := c.newFileID(m.ID)
	if err != nil {
		return nil, err
	}
	now := c.cloud.Now()
	f := &file{id: id, name: m.Name, mime: m.MimeType, client: c.Client, data: data,
		created: now, modified: now, stored: now, version: 1, appProps: m.AppProperties, owner: c.Account.Email}
	if f.name == "" {
		f.name = "Untitled"
	}
	if f.mime == "" {
		f.mime = kind
	}
	if f.mime == "" {
		f.mime = "application/octet-stream"
	}
	m.times(f)
	if err := c.place(f, m.Parents); err != nil {
		return nil, err
	}
	if c.disk.used()+int64(len(f.data)) > c.limit && !c.off[Quota] {
		return nil, Full
	}
	if c.off[NamesRepeat] && slices.ContainsFunc(c.disk.sorted(), func(other *file) bool { return other.name == f.name && other.parent == f.parent }) {
		return nil, Refusal{Status: 409, Reason: "duplicate", Message: "A file of this name is there."}
	}
	return f, nil
}

func (c *call) store(f *file) (any, error) {
	delete(c.disk.ids, f.id)
	c.disk.files[f.id] = f
	if c.twins {
		twin := *f
		twin.id, twin.created = newID(), f.created.Add(time.Millisecond)
		c.disk.files[twin.id] = &twin
	}
	return c.one(f)
}

// times takes over the times that an app claims.
func (m *metadata) times(f *file) {
	if t, err := time.Parse(time.RFC3339, m.CreatedTime); err == nil {
		f.created = t
	}
	if t, err := time.Parse(time.RFC3339, m.ModifiedTime); err == nil {
		f.modified = t
	}
}

// newFileID checks a pre-generated id, or makes one.
func (c *call) newFileID(id string) (string, error) {
	switch {
	case id == "":
		return newID(), nil
	case c.disk.files[id] != nil && !c.off[IDsOnce]:
		return "", Refusal{Status: 409, Reason: "fileIdInUse", Message: "A file already exists with the provided ID."}
	case c.disk.files[id] == nil && !c.disk.ids[id] && !c.off[IDsMade]:
		return "", invalid("file.id", "The provided file ID is not usable.")
	}
	return id, nil
}

// place puts f into its one folder.
func (c *call) place(f *file, parents []string) error {
	if len(parents) > 1 && !c.off[OneParent] {
		return Refusal{Status: 400, Reason: "multiParentNotAllowed", Message: "A file cannot have more than one parent."}
	}
	f.parent, f.space = c.disk.root, "drive"
	if len(parents) > 0 && parents[0] != "root" && parents[0] != c.disk.root {
		parent, err := c.find(parents[0])
		if err != nil && c.off[ParentThere] {
			return nil
		}
		if err != nil {
			return err
		}
		if parent.mime != FolderType && !c.off[ParentIsFolder] {
			return Refusal{Status: 403, Reason: "parentNotAFolder", Message: "The specified parent is not a folder."}
		}
		f.parent, f.space = parent.id, parent.space
	}
	return c.space(f.space)
}

// update is files.update, of metadata only: this fake lets nothing be overwritten unless
// [NoOverwrite] is off.
func (c *call) update(id string, u *upload) (any, error) {
	f, err := c.find(id)
	if err != nil {
		return nil, err
	}
	switch {
	case u.media && c.off[NoOverwrite]:
		if err := c.overwrite(f, u.data); err != nil {
			return nil, err
		}
	case u.media, isResumable(c.r):
		return nil, invalid("uploadType", "this fake overwrites no file")
	}
	if u.meta.Trashed != nil {
		if f.space == "appDataFolder" && !c.off[HiddenStays] {
			return nil, Refusal{Status: 403, Reason: "notSupportedForAppDataFolderFiles", Message: "The requested operation is not supported for files in the application data folder."}
		}
		f.trashed = *u.meta.Trashed
	}
	if u.meta.Name != "" {
		f.name = u.meta.Name
	}
	u.meta.times(f)
	f.version++
	return c.one(f)
}

// overwrite gives f other bytes.
func (c *call) overwrite(f *file, data []byte) error {
	if c.disk.used()-int64(len(f.data))+int64(len(data)) > c.limit {
		return Full
	}
	f.data, f.modified = data, c.cloud.Now()
	return nil
}
