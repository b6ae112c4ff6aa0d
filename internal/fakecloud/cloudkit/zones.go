package cloudkit

// A request holds the keys of all request dictionaries.
type request struct {
	ZoneID      zoneID       `json:"zoneID"`
	Zones       []zoneID     `json:"zones"`
	Operations  []operation  `json:"operations"`
	Atomic      *bool        `json:"atomic"` // nil is true
	Records     []sentRecord `json:"records"`
	DesiredKeys []string     `json:"desiredKeys"` // nil is all
	SyncToken   string       `json:"syncToken"`
	Limit       int          `json:"resultsLimit"`
	Tokens      []assetField `json:"tokens"`
}

type zoneID struct {
	Name  string `json:"zoneName"`
	Owner string `json:"ownerRecordName,omitempty"`
}

type operation struct {
	Type   string     `json:"operationType"`
	Record sentRecord `json:"record"`
	Zone   struct {
		ZoneID zoneID `json:"zoneID"`
	} `json:"zone"`
}

// zone returns the zone that a request is about. The default zone is there and empty; it
// is not what backups are for.
func (s *Server) zone(u *user, id zoneID) (*zone, *refusal) {
	if id.Name == "" || id.Name == "_defaultZone" {
		return nil, refuse("BAD_REQUEST", "this fake has custom zones only")
	}
	z := u.zones[id.Name]
	if z == nil && s.off[ZoneThere] {
		z = &zone{records: map[string]*record{}}
		u.zones[id.Name] = z
	}
	if z == nil {
		return nil, refuse("ZONE_NOT_FOUND", "Zone does not exist")
	}
	return z, nil
}

func (s *Server) zonesLookup(u *user, q *request) (any, *refusal) {
	answers := []any{}
	for _, id := range q.Zones {
		_, refused := s.zone(u, id)
		answers = append(answers, zoneAnswer(u, id, refused))
	}
	return map[string]any{"zones": answers}, nil
}

// zonesModify makes zones. One that is there is made again without harm, as with
// CKModifyRecordZonesOperation.
func (s *Server) zonesModify(u *user, q *request) (any, *refusal) {
	answers := []any{}
	for _, o := range q.Operations {
		id := o.Zone.ZoneID
		var refused *refusal
		switch {
		case o.Type != "create":
			refused = refuse("BAD_REQUEST", "this fake makes zones only")
		case id.Name == "" || id.Name[0] == '_':
			refused = refuse("BAD_REQUEST", "bad zone name")
		case u.zones[id.Name] == nil:
			u.zones[id.Name] = &zone{records: map[string]*record{}}
		}
		answers = append(answers, zoneAnswer(u, id, refused))
	}
	return map[string]any{"zones": answers}, nil
}

// zoneAnswer is a zone's part of an answer with status 200.
func zoneAnswer(u *user, id zoneID, refused *refusal) any {
	if refused != nil {
		refused.ZoneID = &id
		return refused
	}
	return map[string]any{"zoneID": zoneID{id.Name, u.id}, "syncToken": "AQAAAAAAAAAB", "atomic": true}
}
