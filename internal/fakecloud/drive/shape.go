package drive

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

func (f *file) md5() string {
	if f.checksum != "" {
		return f.checksum
	}
	sum := md5.Sum(f.data)
	return hex.EncodeToString(sum[:])
}

// json is the file as the API shows it, with every field that this fake knows.
func (s *Server) json(d *disk, f *file) map[string]any {
	m := map[string]any{
		"kind": "drive#file", "id": f.id, "name": f.name, "mimeType": f.mime, "parents": []string{f.parent},
		"spaces": []string{f.space}, "trashed": d.isTrashed(f), "explicitlyTrashed": f.trashed,
		"version": s.number(f.version), "createdTime": stamp(f.created), "modifiedTime": stamp(f.modified),
		"ownedByMe": true, "shared": false, "starred": false,
		"capabilities": map[string]any{"canEdit": true, "canDelete": true, "canDownload": f.mime != FolderType},
		"owners":       []any{map[string]any{"kind": "drive#user", "me": true, "emailAddress": f.owner}},
	}
	if len(f.appProps) > 0 {
		m["appProperties"] = f.appProps
	}
	if f.mime != FolderType {
		m["size"] = s.number(int64(len(f.data)))
		m["quotaBytesUsed"] = m["size"]
		m["headRevisionId"] = "revision-" + f.id
		m["originalFilename"] = f.name
	}
	if f.mime != FolderType && !s.off[SumsTold] {
		sum := sha256.Sum256(f.data)
		m["md5Checksum"] = f.md5()
		m["sha256Checksum"] = hex.EncodeToString(sum[:])
	}
	return m
}

// number is a number of 64 bits as JSON has it here.
func (s *Server) number(n int64) any {
	if s.off[NumbersQuoted] {
		return n
	}
	return strconv.FormatInt(n, 10)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
