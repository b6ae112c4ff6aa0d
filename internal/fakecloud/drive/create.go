package drive

import (
	"slices"
	"time"
)

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
