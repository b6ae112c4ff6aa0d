package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	place
	listen, tenants      string
	tlsCert, tlsKey      string
	tlsMin               string
	acme                 acmeOptions
	behindProxy          string
	trustProxy           []string
	metrics              string
	pacing, vendorPacing string
	unprovedDays         int
	requestsPerMinute    int
	newPerDay            int
	maxRecords           int64
	maxConnections       int
	perAddress           int
	sweepEvery, drain    time.Duration
	noBuiltIn, verbose   bool
	tenantLog            bool
	cpuProfile           string // hidden
}

const serveHelp = `Answer clients until SIGINT or SIGTERM.

TLS: give --tls-cert and --tls-key, or --acme-domain to get certificates from
Let's Encrypt or another ACME server. Plain HTTP is served to this computer only,
or, with --behind-proxy and --trust-proxy, to the proxies that end TLS in front of
the realm. Whoever runs those sees tokens and could copy answers: they count as
the same operator.

Files: the tenants file and the certificate are read again when they change, and
at once on SIGHUP. One that cannot be used is logged, and what was read before
stays in use.

Limits by address (an IPv4 address or the /64 network of an IPv6 address) are
counted in memory, by each process for itself. This computer is never limited.

Stopping: after SIGTERM /readyz fails; --drain later no new connection is taken;
requests under way have 10 seconds more.

Standard output gets one line when the realm listens, and one for --metrics. Standard
error gets the log, one JSON object a line. It has no token, user, address or secret.`

const serveExamples = `  cloudseed-realm serve --data realm
  cloudseed-realm serve --data realm --listen :443 --acme-domain pin.example.org
  cloudseed-realm serve --data realm --listen 10.0.0.5:8580 \
      --behind-proxy haproxy --trust-proxy 10.0.0.0/24 --metrics 127.0.0.1:9580`

func (o *serveOptions) flags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.cpuProfile, "cpu-profile", "", "`file` for a CPU profile of the whole run")
	f.MarkHidden("cpu-profile")
	o.place.flags(f)
	f.StringVar(&o.listen, "listen", "127.0.0.1:8580", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&o.tenants, "tenants", "", `JSON `+"`file`"+` {"tenant":{"1":"key"}} of vendors whose tokens are accepted`)
	f.BoolVar(&o.tenantLog, "tenant-log", false, "keep events for vendors, who read them at /tenant_log with tokens of scope audit:\n"+
		"the newest 10000 of each")
	f.BoolVar(&o.noBuiltIn, "no-built-in", false, "switch off the built-in tenant, whose users need no account")
	f.StringVar(&o.pacing, "pacing", "default", "how long a record rests after its first, second … wrong guess in a row,\n"+
		"for users of the built-in tenant: `waits` such as 0,0,1m,5m,1h, or default, or off")
	f.StringVar(&o.vendorPacing, "vendor-pacing", "off", "the same `waits` for users of vendors; off is plain Juicebox")
	f.IntVar(&o.unprovedDays, "unproved-days", int(realm.DefaultRules.UnprovedFor.Hours()/24), "forget a record of the built-in tenant that was never recovered\n"+
		"within so many `days` of its registration; 0 keeps all")
	o.limitFlags(f)
	f.StringVar(&o.tlsCert, "tls-cert", "", "PEM `file` with the certificate and its chain")
	f.StringVar(&o.tlsKey, "tls-key", "", "PEM `file` with the certificate's key")
	f.StringVar(&o.tlsMin, "tls-min", "1.2", "oldest TLS `version`, 1.2 or 1.3; phones before Android 10 have no 1.3")
	o.acme.flags(f)
	f.StringVar(&o.behindProxy, "behind-proxy", "", "`name` of the proxy that ends TLS; allows plain HTTP beyond this computer")
	f.StringSliceVar(&o.trustProxy, "trust-proxy", nil, "`network` such as 10.0.0.0/24 of proxies whose last X-Forwarded-For hop\n"+
		"is the client's address; may be repeated")
	f.StringVar(&o.metrics, "metrics", "", "`address` such as 127.0.0.1:9580 for Prometheus metrics, health and status;\n"+
		"whoever reaches it can read them")
	f.DurationVar(&o.drain, "drain", 0, "`time` from SIGTERM until no new connection is taken, for load balancers to notice")
	f.BoolVar(&o.verbose, "verbose", false, "log every request")
}

func (o *serveOptions) limitFlags(f *pflag.FlagSet) {
	f.IntVar(&o.requestsPerMinute, "requests-per-minute", realm.DefaultLimits.RequestsPerMinute, "at most so many `requests` of one address in a minute; 0 is no limit")
	f.IntVar(&o.newPerDay, "new-per-day", realm.DefaultLimits.NewPerDay, "at most so many new `records` of the built-in tenant from one address in a day;\n"+
		"0 is no limit. Phones in one mobile network can share an address")
	f.Int64Var(&o.maxRecords, "max-records", 0, "no new record of the built-in tenant when there are so many `records` altogether;\n0 is no limit")
	f.IntVar(&o.maxConnections, "max-connections", 10000, "at most so many open `connections`; others wait")
	f.IntVar(&o.perAddress, "connections-per-address", 500, "at most so many open `connections` of one address; more are closed; 0 is no limit")
	f.DurationVar(&o.sweepEvery, "sweep-every", time.Hour, "`time` between walks over all records that wipe what has expired; 0 is never")
}

// A checked set of options: what the flags mean, so that what was checked is what is used.
type checked struct {
	*serveOptions
	address, metrics *net.TCPAddr // metrics may be nil
	proxies          []netip.Prefix
	config           realm.Config // without store, id and log
	tlsMin           uint16
}

// check finds what is wrong with the flags alone.
func (o *serveOptions) check() (*checked, error) {
	c := &checked{serveOptions: o}
	if err := o.place.check(); err != nil {
		return nil, err
	}
	for _, check := range []func() error{c.checkListen, c.checkTLS, c.checkProxy, c.checkRealm} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if !c.address.IP.IsLoopback() && !o.tls() && o.behindProxy == "" {
		return nil, fmt.Errorf("--listen %s is not only for this computer, so it needs --tls-cert and --tls-key, or --acme-domain,"+
			" or --behind-proxy NAME if a proxy ends TLS in front of it", o.listen)
	}
	return c, nil
}

// tls tells whether the realm speaks TLS itself.
func (o *serveOptions) tls() bool { return o.tlsCert != "" || len(o.acme.domains) > 0 }

func (c *checked) checkListen() (err error) {
	if c.address, err = net.ResolveTCPAddr("tcp", c.listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if c.serveOptions.metrics != "" {
		if c.metrics, err = net.ResolveTCPAddr("tcp", c.serveOptions.metrics); err != nil {
			return fmt.Errorf("--metrics: %w", err)
		}
	}
	if c.drain < 0 || c.sweepEvery < 0 || c.perAddress < 0 || c.maxConnections < 1 {
		return errors.New("--drain, --sweep-every and --connections-per-address are not negative, and --max-connections is at least 1")
	}
	return nil
}

func (c *checked) checkTLS() error {
	if (c.tlsCert == "") != (c.tlsKey == "") {
		return errors.New("--tls-cert and --tls-key belong together")
	}
	if c.tlsCert != "" && len(c.acme.domains) > 0 {
		return errors.New("--tls-cert and --acme-domain are two ways to a certificate: give one of them")
	}
	switch c.serveOptions.tlsMin {
	case "1.2":
		c.tlsMin = tls.VersionTLS12
	case "1.3":
		c.tlsMin = tls.VersionTLS13
	default:
		return errors.New("--tls-min is 1.2 or 1.3")
	}
	return c.acme.check()
}

func (c *checked) checkProxy() error {
	for _, text := range c.trustProxy {
		network, err := netip.ParsePrefix(text)
		if err != nil || network != network.Masked() {
			return fmt.Errorf("--trust-proxy: %q is not a network such as 10.0.0.0/24 or 10.0.0.7/32", text)
		}
		c.proxies = append(c.proxies, network)
	}
	if c.behindProxy != "" && len(c.proxies) == 0 {
		return errors.New("--behind-proxy needs --trust-proxy NETWORK: plain HTTP is served to that proxy only")
	}
	return nil
}

func (c *checked) checkRealm() error {
	pacing, err := realm.ParsePacing(c.pacing)
	if err != nil {
		return fmt.Errorf("--pacing: %w", err)
	}
	vendorPacing, err := realm.ParsePacing(c.vendorPacing)
	if err != nil {
		return fmt.Errorf("--vendor-pacing: %w", err)
	}
	if c.unprovedDays < 0 || c.unprovedDays > 10000 {
		return errors.New("--unproved-days is from 0 to 10000")
	}
	if c.requestsPerMinute < 0 || c.newPerDay < 0 || c.maxRecords < 0 {
		return errors.New("--requests-per-minute, --new-per-day and --max-records are not negative")
	}
	c.config = realm.Config{
		NoBuiltIn:   c.noBuiltIn,
		TenantLog:   c.tenantLog,
		Rules:       realm.Rules{Pacing: pacing, UnprovedFor: time.Duration(c.unprovedDays) * 24 * time.Hour},
		VendorRules: realm.Rules{Pacing: vendorPacing},
		Limits: realm.Limits{RequestsPerMinute: c.requestsPerMinute, NewPerDay: c.newPerDay,
			Records: c.maxRecords, Proxies: c.proxies},
	}
	return nil
}
