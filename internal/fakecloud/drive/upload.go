package drive

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
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
