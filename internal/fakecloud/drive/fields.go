package drive

import (
	"slices"
	"strings"
)

// fileFields are the fields of a file in drive-api.json, revision 20261023.
var fileFields = strings.Fields(`appProperties capabilities clientEncryptionDetails contentHints contentRestrictions
copyRequiresWriterPermission createdTime description downloadRestrictions driveId explicitlyTrashed exportLinks fileExtension
folderColorRgb fullFileExtension hasAugmentedPermissions hasThumbnail headRevisionId iconLink id imageMediaMetadata
inheritedPermissionsDisabled isAppAuthorized kind labelInfo lastModifyingUser linkShareMetadata md5Checksum mimeType
modifiedByMe modifiedByMeTime modifiedTime name originalFilename ownedByMe owners parents permissionIds permissions properties
quotaBytesUsed resourceKey sha1Checksum sha256Checksum shared sharedWithMeTime sharingUser shortcutDetails size spaces starred
teamDriveId thumbnailLink thumbnailVersion trashed trashedTime trashingUser version videoMediaMetadata viewedByMe viewedByMeTime
viewersCanCopyContent webContentLink webViewLink writersCanShare`)

// What is answered when no fields are asked for.
const (
	usualFile = "kind,id,name,mimeType"
	usualList = "kind,incompleteSearch,nextPageToken,files(" + usualFile + ")"
)

// A mask is a partial response: the fields asked for, each with those inside it.
type mask map[string]mask

// readMask reads "nextPageToken,files(id,name),user/emailAddress". Nil is everything.
func readMask(s string) (mask, error) {
	m, rest, err := readList(s)
	if err == nil && rest != "" {
		err = invalid("fields", "Invalid field selection %s", s)
	}
	return m, err
}

func readList(s string) (m mask, rest string, err error) {
	m = mask{}
	for {
		end := strings.IndexAny(s, ",/()")
		if end < 0 {
			end = len(s)
		}
		name := strings.TrimSpace(s[:end])
		if name == "" {
			return nil, "", invalid("fields", "Invalid field selection")
		}
		var inner mask
		rest = s[end:]
		switch {
		case strings.HasPrefix(rest, "/"):
			cut := strings.IndexAny(rest, ",)")
			if cut < 0 {
				cut = len(rest)
			}
			if inner, _, err = readList(rest[1:cut]); err != nil {
				return nil, "", err
			}
			rest = rest[cut:]
		case strings.HasPrefix(rest, "("):
			if inner, rest, err = readList(rest[1:]); err != nil {
				return nil, "", err
			}
			if !strings.HasPrefix(rest, ")") {
				return nil, "", invalid("fields", "Invalid field selection %s", name)
			}
			rest = rest[1:]
		}
		m[name] = inner
		if !strings.HasPrefix(rest, ",") {
			return m, rest, nil
		}
		s = rest[1:]
	}
}

// checkFile refuses fields that a file does not have.
func (m mask) checkFile() error {
	for name := range m {
		if name != "*" && !slices.Contains(fileFields, name) {
			return invalid("fields", "Invalid field selection %s", name)
		}
	}
	return nil
}

// checkList refuses fields that a listing does not have.
func (m mask) checkList() error {
	for name, inner := range m {
		switch name {
		case "files":
			if err := inner.checkFile(); err != nil {
				return err
			}
		case "*", "kind", "incompleteSearch", "nextPageToken":
		default:
			return invalid("fields", "Invalid field selection %s", name)
		}
	}
	return nil
}

// apply returns the part of an answer that was asked for.
func (m mask) apply(v any) any {
	if _, all := m["*"]; all || m == nil {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		part := map[string]any{}
		for name, inner := range m {
			if value, ok := v[name]; ok {
				part[name] = inner.apply(value)
			}
		}
		return part
	case []any:
		part := []any{}
		for _, value := range v {
			part = append(part, m.apply(value))
		}
		return part
	}
	return v
}
