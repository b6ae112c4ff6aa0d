package drive

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Sizes of Drive's uploads, in bytes ("Upload file data" in Drive's documentation).
const (
	maxMultipart = 5 << 20   // Drive takes more in practice; nobody promises it
	chunkUnit    = 256 << 10 // all chunks of a resumable upload but the last are multiples of it
)

// A session is a resumable upload that has begun.
type session struct {
	meta metadata
	mime string
	data []byte
	file *file // once it is complete
}

// A chunk is a part of it: "Content-Range: bytes 0-262143/*".
type chunk struct {
	session  string
	from, to int64 // to is behind the last byte
	total    int64 // -1: not known yet
	query    bool  // no bytes, only asks how far it is
	no308    bool  // Google's libraries ask for another sign than status 308
}

// readChunk reads a request to a session.
func (s *Server) readChunk(r *http.Request) (*upload, error) {
	c := &chunk{session: r.URL.Query().Get("upload_id"), total: -1, no308: r.Header.Get("X-GUploader-No-308") == "yes"}
	data, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxUpload))
	if err != nil {
		return nil, invalid("", "Failed to parse the upload")
	}
	var last int64
	where := r.Header.Get("Content-Range")
	if n, _ := fmt.Sscanf(where, "bytes */%d", &c.total); n == 1 && len(data) == 0 { // how much is there?
		c.query = true
		return &upload{chunk: c}, nil
	}
	if _, err := fmt.Sscanf(where, "bytes %d-%d/%d", &c.from, &last, &c.total); err != nil {
		c.total = -1
		if _, err := fmt.Sscanf(where, "bytes %d-%d/*", &c.from, &last); err != nil {
			return nil, invalid("Content-Range", "Failed to parse Content-Range header.")
		}
	}
	c.to = last + 1
	if (c.to-c.from != int64(len(data)) || c.total >= 0 && c.to > c.total) && s.on(ChunksTrue) {
		return nil, invalid("Content-Range", "Invalid request. The body is not what Content-Range says.")
	}
	if c.to != c.total && len(data)%chunkUnit != 0 && s.on(ChunksMeasured) {
		return nil, invalid("Content-Range", "Invalid request. The number of bytes uploaded is required to be a multiple of %d, except for the final request.", chunkUnit)
	}
	return &upload{data: data, chunk: c}, nil
}

// begin starts a session and answers with its address.
func (c *call) begin(w http.ResponseWriter, u *upload) error {
	if _, err := c.prepare(u.meta, nil, ""); err != nil {
		return err
	}
	id := rand.Text()
	c.disk.sessions[id] = &session{meta: u.meta, mime: c.r.Header.Get("X-Upload-Content-Type")}
	q := c.q
	q.Set("upload_id", id)
	w.Header().Set("Location", "https://"+c.r.Host+c.r.URL.Path+"?"+q.Encode())
	w.Header().Set("X-GUploader-UploadID", id)
	w.WriteHeader(http.StatusOK)
	return nil
}

// proceed adds a chunk. One that is there already changes nothing: its answer was lost.
func (c *call) proceed(w http.ResponseWriter, u *upload) (any, error) {
	s := c.disk.sessions[u.chunk.session]
	if s == nil && c.off[SessionsKnown] {
		s = &session{}
	}
	switch {
	case s == nil:
		return nil, Refusal{Status: 404, Reason: "notFound", Message: "No upload session."}
	case s.file != nil && !c.off[EndRepeated]:
		return c.one(s.file)
	case u.chunk.from > int64(len(s.data)) && !c.off[ChunksInOrder]:
		return nil, invalid("Content-Range", "Bytes are missing.")
	case c.off[ChunksTwice], c.off[ChunksInOrder]:
		s.data = append(s.data, u.data...)
	case u.chunk.to > int64(len(s.data)):
		s.data = append(s.data[:u.chunk.from], u.data...)
	}
	if u.chunk.total != int64(len(s.data)) {
		if c.off[ShownWhole] {
			if f, err := c.prepare(s.meta, s.data, s.mime); err == nil {
				c.store(f)
			}
		}
		if c.off[ChunksTold] {
			return map[string]any{}, nil
		}
		c.incomplete(w, u.chunk.no308, len(s.data))
		return answered, nil
	}
	f, err := c.prepare(s.meta, s.data, s.mime)
	if err != nil {
		return nil, err
	}
	s.file, s.data = f, nil
	return c.store(f)
}

// incomplete says how much has come so far.
func (c *call) incomplete(w http.ResponseWriter, no308 bool, n int) {
	if n > 0 {
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", n-1))
	}
	if no308 {
		w.Header().Set("X-Http-Status-Code-Override", "308")
		w.WriteHeader(http.StatusOK)
		return
	}
	w.WriteHeader(http.StatusPermanentRedirect)
}

// isResumable tells whether r belongs to a resumable upload.
func isResumable(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/upload/") && r.URL.Query().Get("uploadType") == "resumable"
}
