package cloudkit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/cloudkit"
)

const id = "iCloud.org.example.wallet"

// A caller speaks to the fake by hand, with a session of its own.
type caller struct {
	t     testing.TB
	fake  *cloudkit.Server
	cloud *fakecloud.Cloud
	http  *http.Client
	token string
}

// dict is a JSON dictionary.
type dict = map[string]any

func start(t testing.TB, off ...cloudkit.Rule) *caller {
	cloud := fakecloud.Start(t)
	fake := cloudkit.New(cloud, cloudkit.Container{ID: id, APIToken: "api", Callback: "http://127.0.0.1/back?x=1"})
	fake.Off(off...)
	return &caller{t, fake, cloud, cloud.Client(), fake.SignIn("sam", false)}
}

// send asks with a token and returns the status, the answer and the next token.
func (c *caller) send(query, op string, body any) (status int, answer dict, next string) {
	c.t.Helper()
	sent, _ := json.Marshal(body)
	resp, err := c.http.Post("https://"+cloudkit.API+"/database/1/"+id+"/production/private/"+op+"?"+query, "text/plain", bytes.NewReader(sent))
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer, resp.Header.Get("X-Apple-CloudKit-Web-Auth-Token")
}

// call asks with the current token and takes the next.
func (c *caller) call(op string, body any) (int, dict) {
	c.t.Helper()
	status, answer, next := c.send("ckAPIToken=api&ckWebAuthToken="+url.QueryEscape(c.token), op, body)
	if next != "" {
		c.token = next
	}
	return status, answer
}

// said is the error code of an answer, or of the part of it at index, or "".
func said(answer dict, index ...int) string {
	for _, i := range index {
		for _, key := range []string{"records", "zones"} {
			if list, ok := answer[key].([]any); ok && i < len(list) {
				answer = list[i].(dict)
			}
		}
	}
	text, _ := answer["serverErrorCode"].(string)
	return text
}

var zone = dict{"zoneName": "z"}

func (c *caller) makeZone() {
	c.t.Helper()
	status, answer := c.call("zones/modify", dict{"operations": []any{dict{"operationType": "create", "zone": dict{"zoneID": zone}}}})
	if status != 200 || said(answer, 0) != "" {
		c.t.Fatalf("the zone was not made: %d %v", status, answer)
	}
}

func create(name string, fields dict) dict {
	return dict{"operationType": "create", "record": dict{"recordName": name, "recordType": "File", "fields": fields}}
}

func (c *caller) modify(operations ...any) dict {
	c.t.Helper()
	_, answer := c.call("records/modify", dict{"zoneID": zone, "operations": operations})
	return answer
}

// mustCreate returns the tag of a new record.
func (c *caller) mustCreate(name string) string {
	c.t.Helper()
	answer := c.modify(create(name, dict{"size": dict{"value": 1}}))
	if said(answer, 0) != "" {
		c.t.Fatalf("not created: %v", answer)
	}
	return answer["records"].([]any)[0].(dict)["recordChangeTag"].(string)
}

// upload asks for an address; put sends bytes to it.
func (c *caller) upload(record string) string {
	c.t.Helper()
	_, answer := c.call("assets/upload", dict{"zoneID": zone, "tokens": []any{dict{"recordName": record, "recordType": "File", "fieldName": "asset"}}})
	return answer["tokens"].([]any)[0].(dict)["url"].(string)
}

func (c *caller) put(address string) (int, any) {
	c.t.Helper()
	resp, err := c.http.Post(address, "", strings.NewReader("bytes"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer dict
	json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer["singleFile"]
}

// stored makes a record with an asset and returns its download address.
func (c *caller) stored() string {
	c.t.Helper()
	_, file := c.put(c.upload("a"))
	answer := c.modify(create("a", dict{"asset": dict{"value": file}}))
	value := answer["records"].([]any)[0].(dict)["fields"].(dict)["asset"].(dict)["value"].(dict)
	return value["downloadURL"].(string)
}

func (c *caller) get(address string) int {
	c.t.Helper()
	resp, err := c.http.Get(address)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if data, _ := io.ReadAll(resp.Body); resp.StatusCode == 200 && string(data) != "bytes" {
		c.t.Errorf("downloaded %q", data)
	}
	return resp.StatusCode
}

// changes reads the history and returns what it says and in how many pages.
func (c *caller) changes() (records []dict, pages int) {
	c.t.Helper()
	token := ""
	for {
		_, answer := c.call("records/changes", dict{"zoneID": zone, "syncToken": token, "resultsLimit": 200})
		for _, r := range answer["records"].([]any) {
			records = append(records, r.(dict))
		}
		token, pages = answer["syncToken"].(string), pages+1
		if answer["moreComing"] != true {
			return records, pages
		}
	}
}

// probes tell for each rule whether the fake keeps it.
var probes = map[cloudkit.Rule]func(c *caller) bool{
	cloudkit.TokenOnce: func(c *caller) bool {
		old := c.token
		c.makeZone()
		status, answer, _ := c.send("ckAPIToken=api&ckWebAuthToken="+url.QueryEscape(old), "records/changes", dict{"zoneID": zone})
		return status == 421 && said(answer) == "AUTHENTICATION_REQUIRED" && answer["redirectURL"] != nil
	},
	cloudkit.TokenExpires: func(c *caller) bool {
		c.makeZone()
		for range 4 { // used all the time, it ends nevertheless
			c.cloud.Skip(9 * time.Minute)
			if status, _ := c.call("records/changes", dict{"zoneID": zone}); status == 421 {
				return true
			}
		}
		return false
	},
	cloudkit.TokenTurns: func(c *caller) bool {
		c.fake.Off(cloudkit.TokenOnce) // which would hide it
		c.fake.Thinking = 300 * time.Millisecond
		refused := make(chan bool, 2)
		var done sync.WaitGroup
		query := "ckAPIToken=api&ckWebAuthToken=" + url.QueryEscape(c.token)
		for range 2 {
			done.Go(func() {
				status, _, _ := c.send(query, "zones/lookup", dict{"zones": []any{zone}})
				refused <- status == 421
			})
		}
		done.Wait()
		first, second := <-refused, <-refused
		return first != second
	},
	cloudkit.TokenEscaped: func(c *caller) bool {
		_, answer, _ := c.send("ckAPIToken=api&ckWebAuthToken="+c.token, "zones/lookup", dict{"zones": []any{zone}})
		return said(answer) == "BAD_REQUEST"
	},
	cloudkit.APITokenKnown: func(c *caller) bool {
		status, answer, _ := c.send("ckAPIToken=other&ckWebAuthToken="+url.QueryEscape(c.token), "zones/lookup", dict{"zones": []any{zone}})
		return status == 401 && said(answer) == "AUTHENTICATION_FAILED"
	},
	cloudkit.ZoneThere: func(c *caller) bool {
		_, looked := c.call("zones/lookup", dict{"zones": []any{zone}})
		status, listed := c.call("records/changes", dict{"zoneID": zone})
		return said(looked, 0) == "ZONE_NOT_FOUND" && status == 404 && said(listed) == "ZONE_NOT_FOUND"
	},
	cloudkit.NameAllowed: func(c *caller) bool {
		c.makeZone()
		for _, name := range []string{"_a", "a b", "é", strings.Repeat("x", 256), ""} {
			if said(c.modify(create(name, nil)), 0) != "BAD_REQUEST" {
				return false
			}
		}
		return true
	},
	cloudkit.SchemaKept: func(c *caller) bool {
		c.makeZone()
		other := create("a", nil)
		other["record"].(dict)["recordType"] = "Other"
		for _, o := range []dict{
			other, create("a", dict{"other": dict{"value": "x"}}), create("a", dict{"size": dict{"value": "x"}}),
			create("a", dict{"content": dict{"value": "not base64"}}), create("a", dict{"name": dict{"value": "eA==", "type": "BYTES"}}),
		} {
			if said(c.modify(o), 0) != "BAD_REQUEST" {
				return false
			}
		}
		return true
	},
	cloudkit.RecordSmall: func(c *caller) bool {
		c.makeZone()
		return said(c.modify(create("a", dict{"content": dict{"value": make([]byte, 760_000)}})), 0) == "BAD_REQUEST"
	},
	cloudkit.CreateExclusive: func(c *caller) bool {
		c.makeZone()
		c.mustCreate("a")
		return said(c.modify(create("a", nil)), 0) == "EXISTS"
	},
	cloudkit.TagChecked: func(c *caller) bool {
		c.makeZone()
		c.mustCreate("a")
		refused := said(c.modify(dict{"operationType": "delete", "record": dict{"recordName": "a", "recordChangeTag": "old"}}), 0)
		return refused == "CONFLICT"
	},
	cloudkit.BatchAtomic: func(c *caller) bool {
		c.makeZone()
		c.mustCreate("a")
		answer := c.modify(create("b", nil), create("a", nil))
		return said(answer, 0) == "ATOMIC_ERROR" && said(answer, 1) == "EXISTS" && !slices.Contains(c.fake.Records("sam", "z"), "b")
	},
	cloudkit.QuotaChecked: func(c *caller) bool {
		c.makeZone()
		c.fake.SetQuota("sam", 10)
		return said(c.modify(create("a", dict{"name": dict{"value": "longer than ten"}})), 0) == "QUOTA_EXCEEDED"
	},
	cloudkit.Paged: func(c *caller) bool {
		c.makeZone()
		c.fake.Page = 2
		for i := range 5 {
			c.mustCreate(fmt.Sprint("r", i))
		}
		records, pages := c.changes()
		return len(records) == 5 && pages == 3
	},
	cloudkit.DeletionsTold: func(c *caller) bool {
		c.makeZone()
		tag := c.mustCreate("a")
		c.modify(dict{"operationType": "delete", "record": dict{"recordName": "a", "recordChangeTag": tag}})
		records, _ := c.changes()
		return len(records) == 1 && records[0]["deleted"] == true
	},
	cloudkit.UploadOnce: func(c *caller) bool {
		c.makeZone()
		address, late := c.upload("a"), c.upload("b")
		c.put(address)
		twice, _ := c.put(address)
		c.cloud.Skip(16 * time.Minute)
		lately, _ := c.put(late)
		return twice == 410 && lately == 410
	},
	cloudkit.ReceiptChecked: func(c *caller) bool {
		c.makeZone()
		_, file := c.put(c.upload("a"))
		other := said(c.modify(create("b", dict{"asset": dict{"value": file}})), 0)
		invented := said(c.modify(create("c", dict{"asset": dict{"value": dict{"receipt": "x", "size": 5}}})), 0)
		return other == "BAD_REQUEST" && invented == "BAD_REQUEST"
	},
	cloudkit.DownloadExpires: func(c *caller) bool {
		c.makeZone()
		address := strings.ReplaceAll(c.stored(), "${f}", "name")
		if status := c.get(address); status != 200 {
			c.t.Errorf("a fresh address: %d", status)
		}
		c.cloud.Skip(2 * time.Hour)
		return c.get(address) == 410
	},
	cloudkit.NoCredentials: func(c *caller) bool {
		c.makeZone()
		return c.get(strings.ReplaceAll(c.stored(), "${f}", "name")+"&ckAPIToken=api") == 400
	},
}

// Each rule is kept, and its probe notices when it is not.
func TestRules(t *testing.T) {
	for _, rule := range cloudkit.Rules {
		probe := probes[rule]
		if probe == nil {
			t.Errorf("nothing tests that %s", rule)
			continue
		}
		t.Run(string(rule), func(t *testing.T) {
			if !probe(start(t)) {
				t.Error("the fake does not keep it")
			}
			if probe(start(t, rule)) {
				t.Error("the probe does not notice that it is switched off")
			}
		})
	}
	if len(probes) != len(cloudkit.Rules) {
		t.Errorf("%d probes for %d rules", len(probes), len(cloudkit.Rules))
	}
}

// A template for a file name is in the address as it comes, and has to be filled in.
func TestDownloadTemplate(t *testing.T) {
	c := start(t)
	c.makeZone()
	address := c.stored()
	if !strings.Contains(address, "${f}") || c.get(address) != 404 {
		t.Errorf("%s needs no name", address)
	}
}

// What the fake does not offer it refuses: it must not look as if it worked.
func TestNotOffered(t *testing.T) {
	c := start(t)
	c.makeZone()
	for _, op := range []string{"records/query", "subscriptions/modify", ""} {
		if status, answer := c.call(op, dict{"zoneID": zone}); status != 400 || said(answer) != "BAD_REQUEST" {
			t.Errorf("%q: %d %v", op, status, answer)
		}
	}
	update := create("a", nil)
	update["operationType"] = "forceUpdate"
	if said(c.modify(update), 0) != "BAD_REQUEST" {
		t.Error("forceUpdate was taken")
	}
	if _, answer := c.call("records/changes", dict{"zoneID": dict{"zoneName": "_defaultZone"}}); said(answer) != "BAD_REQUEST" {
		t.Errorf("the default zone: %v", answer)
	}
}

// The databases of two people have nothing to do with each other.
func TestPrivate(t *testing.T) {
	c := start(t)
	c.makeZone()
	c.mustCreate("a")
	robin := *c
	robin.token = c.fake.SignIn("robin", true)
	if status, answer := robin.call("records/changes", dict{"zoneID": zone}); status != 404 {
		t.Errorf("robin sees %v", answer)
	}
	c.cloud.Skip(13 * 24 * time.Hour) // a session that is to be kept lasts two weeks
	if status, _ := robin.call("zones/lookup", dict{"zones": []any{zone}}); status != 200 {
		t.Errorf("kept session: %d", status)
	}
	c.cloud.Skip(2 * 24 * time.Hour)
	if status, _ := robin.call("zones/lookup", dict{"zones": []any{zone}}); status != 421 {
		t.Errorf("after two weeks: %d", status)
	}
}
