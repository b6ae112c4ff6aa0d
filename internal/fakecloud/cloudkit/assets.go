package cloudkit

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// An Asset is the value of an asset field, for [Server.Put].
type Asset []byte

const (
	uploadTime   = 15 * time.Minute
	downloadTime = time.Hour
	mostInAsset  = 50 << 20 // bytes
)

// An assetField says which field an upload is for.
type assetField struct {
	RecordName string `json:"recordName"`
	RecordType string `json:"recordType"`
	FieldName  string `json:"fieldName"`
}

// An upload is one address and what came there.
type upload struct {
	zone    string
	field   assetField
	ends    time.Time
	receipt string // "" until something came
	data    []byte
}

// A download is one address of stored bytes.
type download struct {
	data []byte
	ends time.Time
}

func (s *Server) assetsUpload(u *user, q *request) (any, *refusal) {
	if _, refused := s.zone(u, q.ZoneID); refused != nil {
		return nil, refused
	}
	answers := []any{}
	for _, f := range q.Tokens {
		if s.container.Schema[f.RecordType][f.FieldName] != "ASSETID" && !s.off[SchemaKept] {
			return nil, refuse("BAD_REQUEST", "no such asset field")
		}
		path := "/UP/" + random(16)
		s.uploads[path] = &upload{zone: q.ZoneID.Name, field: f, ends: s.cloud.Now().Add(uploadTime)}
		answers = append(answers, map[string]any{
			"recordName": f.RecordName, "fieldName": f.FieldName, "url": "https://" + CDN + path + "/" + random(4),
		})
	}
	return map[string]any{"tokens": answers}, nil
}

// serveAsset is the server of the bytes. What it says in errors is for no program.
func (s *Server) serveAsset(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(io.LimitReader(r.Body, mostInAsset+1))
	s.mu.Lock()
	defer s.mu.Unlock()
	credentials := r.Header.Get("Authorization") + r.Header.Get("Cookie") + r.URL.Query().Get("ckAPIToken") + r.URL.Query().Get("ckWebAuthToken")
	if credentials != "" && !s.off[NoCredentials] {
		http.Error(w, "credentials do not belong here", http.StatusBadRequest)
		return
	}
	parts := strings.SplitN(r.URL.Path, "/", 4)
	if len(parts) != 4 {
		http.NotFound(w, r)
		return
	}
	path := strings.Join(parts[:3], "/")
	if up := s.uploads[path]; up != nil && r.Method == "POST" {
		s.receive(w, up, data)
		return
	}
	down := s.downloads[path]
	if down == nil || r.Method != "GET" || parts[3] == "" || strings.ContainsAny(parts[3], "${}") {
		http.NotFound(w, r)
		return
	}
	if s.cloud.Now().After(down.ends) && !s.off[DownloadExpires] {
		http.Error(w, "expired", http.StatusGone)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(down.data))
}

// receive takes the bytes of an upload.
func (s *Server) receive(w http.ResponseWriter, up *upload, data []byte) {
	if (up.receipt != "" || s.cloud.Now().After(up.ends)) && !s.off[UploadOnce] {
		http.Error(w, "this address is not good any more", http.StatusGone)
		return
	}
	if len(data) > mostInAsset {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	up.receipt, up.data = base64.StdEncoding.EncodeToString([]byte(random(20))), data
	sendJSON(w, http.StatusOK, map[string]any{"singleFile": map[string]any{
		"wrappingKey": base64.StdEncoding.EncodeToString([]byte(random(8))), "fileChecksum": checksum(data),
		"referenceChecksum": checksum([]byte(up.receipt)), "receipt": up.receipt, "size": len(data),
	}})
}

// checksum looks like CloudKit's and is, like it, no digest that a client could compute.
func checksum(data []byte) string {
	sum := sha1.Sum(append([]byte("known to the server only"), data...))
	return base64.StdEncoding.EncodeToString(append([]byte{1}, sum[:]...))
}

// uploadOf finds the upload that an asset dictionary speaks of.
func (s *Server) uploadOf(value json.RawMessage) *upload {
	var a struct {
		Receipt string `json:"receipt"`
	}
	if json.Unmarshal(value, &a) != nil || a.Receipt == "" {
		return nil
	}
	for _, up := range s.uploads {
		if up.receipt == a.Receipt {
			return up
		}
	}
	return nil
}

// received returns the bytes that an asset dictionary speaks of.
func (s *Server) received(id zoneID, r sentRecord, key string, value json.RawMessage) ([]byte, *refusal) {
	up := s.uploadOf(value)
	if up == nil && s.off[ReceiptChecked] {
		return nil, nil
	}
	if up == nil || up.zone != id.Name && !s.off[ReceiptChecked] {
		return nil, refuse("BAD_REQUEST", "no such upload")
	}
	if up.field != (assetField{r.Name, r.Type, key}) && !s.off[ReceiptChecked] {
		return nil, refuse("BAD_REQUEST", "the upload was for another field")
	}
	return up.data, nil
}

// take uses up the receipt.
func (s *Server) take(value json.RawMessage) []byte {
	up := s.uploadOf(value)
	if up == nil {
		return []byte{}
	}
	up.receipt = "used " + up.receipt
	return up.data
}

// assetDictionary shows stored bytes, under a new address with a place for a file name.
func (s *Server) assetDictionary(data []byte) json.RawMessage {
	path := "/B/" + random(16)
	s.downloads[path] = &download{data: data, ends: s.cloud.Now().Add(downloadTime)}
	value, _ := json.Marshal(map[string]any{
		"downloadURL":  fmt.Sprintf("https://%s%s/${f}?o=%s&v=1", CDN, path, random(4)),
		"fileChecksum": checksum(data), "size": len(data),
	})
	return value
}
