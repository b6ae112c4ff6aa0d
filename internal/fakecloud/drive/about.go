package drive

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
)

// generate is files.generateIds.
func (c *call) generate() (any, error) {
	count, space := 10, "drive"
	if v := c.q.Get("count"); v != "" {
		count, _ = strconv.Atoi(v)
	}
	if v := c.q.Get("space"); v != "" {
		space = v
	}
	if (count < 1 || count > 1000) && !c.off[IDsCounted] {
		return nil, invalid("count", "Invalid value '%d'. Values must be within the range: [1, 1000]", count)
	}
	if err := c.space(space); err != nil {
		return nil, err
	}
	ids := []any{}
	for range count {
		id := newID()
		c.disk.ids[id] = true
		ids = append(ids, id)
	}
	return map[string]any{"kind": "drive#generatedIds", "space": space, "ids": ids}, nil
}

// about is about.get: whose Drive it is, and how full.
func (c *call) about() (any, error) {
	if c.q.Get("fields") == "" && !c.off[AboutAsked] {
		return nil, Refusal{Status: 400, Reason: "required", Message: "The 'fields' parameter is required for this method.", Location: "fields"}
	}
	m, err := readMask(c.q.Get("fields"))
	if err != nil && !c.off[AboutAsked] {
		return nil, err
	}
	known := []string{"*", "kind", "user", "storageQuota", "appInstalled", "maxUploadSize", "importFormats", "exportFormats", "canCreateDrives", "driveThemes", "folderColorPalette", "maxImportSizes"}
	for name := range m {
		if !slices.Contains(known, name) && !c.off[FieldsKnown] {
			return nil, invalid("fields", "Invalid field selection %s", name)
		}
	}
	used := c.number(c.disk.used())
	return c.asked(m, map[string]any{
		"kind": "drive#about",
		"user": map[string]any{"kind": "drive#user", "displayName": c.Account.Name, "me": true, "emailAddress": c.Account.Email, "permissionId": permissionID(c.Account.Email)},
		"storageQuota": map[string]any{
			"limit": c.number(c.limit), "usage": used, "usageInDrive": used, "usageInDriveTrash": c.number(0),
		},
		"maxUploadSize": "5242880000000", "appInstalled": false, "canCreateDrives": false,
	}), nil
}

// permissionID is another one for each account, a number as Drive's are.
func permissionID(email string) string {
	sum := sha256.Sum256([]byte(email))
	return strconv.FormatUint(binary.BigEndian.Uint64(sum[:]), 10)
}
