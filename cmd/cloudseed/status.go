package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
)

func newStatus(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: say("What is known of each backup, and since when"),
		Long: say(`Status tells what this computer has seen, with times, without asking anybody. To look
again now, use check.`),
		Example: "  cloudseed status\n  cloudseed status --name Samantha --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.status() },
	}
	cmd.Flags().StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet; all when not given"))
	return cmd
}

func (s *session) status() error {
	if err := s.read(); err != nil {
		return err
	}
	devices, err := s.someDevices()
	if err != nil {
		return err
	}
	r := statusResult{}
	for _, d := range devices {
		r.Backups = append(r.Backups, newStatusRow(d))
	}
	s.printer.result("status", r)
	return nil
}

func nothingHere(name string) error {
	what := say("This computer knows of no backup yet.")
	if name != "" {
		what = say("This computer knows of no backup called %q.", name)
	}
	return newProblem("no-device", words.ExitNotFound, what, say("Make one with: cloudseed backup. To get one back: cloudseed restore."))
}

type statusResult struct {
	Backups []statusRow `json:"backups"`
}

func (r statusResult) text(w io.Writer) {
	for i, row := range r.Backups {
		if i > 0 {
			fmt.Fprintln(w)
		}
		row.text(w)
	}
}

// A statusRow is one backup's evidence.
type statusRow struct {
	Name         string          `json:"name"`
	Vault        string          `json:"vault"`
	Fingerprint  string          `json:"fingerprint"`
	FirstAddress string          `json:"first_address"`
	State        cloudseed.State `json:"state"`
	Words        words.State     `json:"words"`
	Generation   int             `json:"generation"`
	Files        []string        `json:"files,omitempty"`
	Places       []placeRow      `json:"places"`
	PINServers   []realmRow      `json:"pin_servers"`
	Needed       int             `json:"needed"`
	Tries        int             `json:"tries"`
	Proved       time.Time       `json:"proved"`
	TryingOut    bool            `json:"trying_out"`

	Kit cloudseed.KitStatus `json:"kit"`

	Evidence cloudseed.Report     `json:"evidence"`
	Drills   []cloudseed.Practice `json:"drills,omitempty"` // the last from each place
	Due      time.Time            `json:"pin_due"`          // when the PIN should be typed again

	OtherDevices []string `json:"other_devices,omitempty"` // what is known of them, a sentence each
}

type placeRow struct {
	Name     string    `json:"name"`
	URL      string    `json:"url"` // masked
	File     string    `json:"file,omitempty"`
	ReadBack time.Time `json:"read_back"`
	Problem  string    `json:"problem,omitempty"`
}

type realmRow struct {
	Address string    `json:"address"`
	Seen    time.Time `json:"seen"`
	Problem string    `json:"problem,omitempty"`
}

func newStatusRow(d *cloudseed.Device) statusRow {
	state := d.State(time.Now())
	r := statusRow{
		Name: d.Name, Vault: d.Vault.String(), Fingerprint: d.Fingerprint, FirstAddress: d.FirstAddress,
		State: state, Words: tongue().ForState(state), Generation: d.Wallet.Generation, Files: d.Files.Names,
		Needed: d.Needed, Tries: d.Guesses, Proved: d.Proved, TryingOut: d.TryingOut(),
		Kit: d.KitStatus(), OtherDevices: otherDevices(d),
		Evidence: d.Report(time.Now()), Due: d.Due(),
	}
	for _, p := range d.Places {
		if !p.Drill.At.IsZero() {
			r.Drills = append(r.Drills, p.Drill)
		}
		row := placeRow{Name: p.Name, URL: places.Masked(p.URL), File: p.Wallet.File, ReadBack: p.Wallet.ReadBack}
		if p.Problem != "" {
			row.Problem = tongue().Problem(p.Problem, p.Name)
		}
		r.Places = append(r.Places, row)
	}
	for _, realm := range d.Realms {
		row := realmRow{Address: realm.Address, Seen: realm.Seen}
		if realm.Problem != "" {
			row.Problem = tongue().Problem(realm.Problem, realm.Address)
		}
		r.PINServers = append(r.PINServers, row)
	}
	return r
}

func (r statusRow) text(w io.Writer) {
	fmt.Fprintf(w, "%s: %s\n", r.Name, tongue().Line(r.Words.Title))
	fmt.Fprintf(w, "  %s\n", r.Words.Why)
	if r.State != cloudseed.StateProtected {
		fmt.Fprintf(w, "  %s\n", r.Words.Next)
	}
	if r.TryingOut && r.State != cloudseed.StateTryingOut {
		fmt.Fprintf(w, "  %s\n", tongue().TryingOut())
	}
	for _, line := range r.OtherDevices {
		fmt.Fprintf(w, "  %s\n", line)
	}
	printf(w, "  fingerprint %s, first address %s\n", r.Fingerprint, r.FirstAddress)
	for _, p := range r.Places {
		fmt.Fprintf(w, "  %s: %s\n", p.Name, evidenceLine(p.ReadBack, say("read back"), p.File, p.Problem))
		for _, line := range r.proofs(p.Name) {
			fmt.Fprintf(w, "    %s\n", line)
		}
	}
	for _, p := range r.PINServers {
		printf(w, "  PIN server %s: %s\n", tongue().Server(p.Address), evidenceLine(p.Seen, say("its record was seen"), "", p.Problem))
	}
	fmt.Fprintf(w, "  %s\n", tongue().ForKit(r.Kit))
	printf(w, "  Who can open it?\n")
	who := cloudseed.WhoCanOpen(r.realms(), r.Needed, r.Tries)
	if r.Kit != cloudseed.KitNone {
		who = append(who, cloudseed.KitAccess)
	}
	for _, a := range who {
		access := tongue().ForAccess(a, r.Tries)
		fmt.Fprintf(w, "    %s: %s\n", access.Who, access.Verdict)
	}
}

// proofs is what else was seen of a place, each with its time.
func (r statusRow) proofs(place string) (lines []string) {
	at := func(what string, t time.Time) {
		if !t.IsZero() {
			lines = append(lines, evidenceLine(t, what, "", ""))
		}
	}
	for _, p := range r.Evidence.Parts {
		if p.Place == place && p.Part == envelope.WalletPart {
			at(say("opened with the PIN"), p.Opened)
			at(say("opened on another device"), p.Elsewhere)
		}
	}
	for _, p := range r.Drills {
		if p.Place == place {
			at(say("practised from here alone"), p.At)
		}
	}
	return lines
}

// A backupResult is what backup ends with: what is now true, and where.
type backupResult struct{ statusRow }

func (r backupResult) text(w io.Writer) {
	var places []string
	for _, p := range r.Places {
		places = append(places, p.Name)
	}
	printf(w, "backed up %s (fingerprint %s) to %s, read back\n", r.Name, r.Fingerprint, tongue().Join(places))
	for _, line := range r.OtherDevices {
		fmt.Fprintf(w, "  %s\n", line)
	}
	if r.TryingOut {
		fmt.Fprintf(w, "  %s\n  %s\n", tongue().TryingOut(), tongue().HowToReal())
	}
}

func (r statusRow) realms() []juicebox.Realm {
	var realms []juicebox.Realm
	for _, p := range r.PINServers {
		realms = append(realms, juicebox.Realm{Address: p.Address})
	}
	return realms
}

// evidenceLine is what was seen last, and when; or that it never was.
func evidenceLine(at time.Time, what, file, problem string) string {
	s := say("not seen yet")
	if !at.IsZero() {
		s = what + " " + tongue().Short(at)
	}
	if file != "" {
		s += ", " + file
	}
	if problem != "" {
		s += "; " + tongue().Line(problem)
	}
	return s
}
