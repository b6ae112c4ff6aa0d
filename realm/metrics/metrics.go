// Package metrics counts what a realm does, for Prometheus.
//
// Labels are names of requests, of tenants whose tokens were good, and codes: there are few
// of them, and none says anything of a user. They are listed in docs/operating/metrics.md,
// with a dashboard beside it.
package metrics

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics of one realm. They are safe for concurrent use.
type Metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	answers     *prometheus.CounterVec
	refused     *prometheus.CounterVec
	swept       *prometheus.CounterVec
	lastSweep   prometheus.Gauge
	reloads     *prometheus.CounterVec
	tenants     prometheus.Gauge
	certificate prometheus.Gauge
	connections prometheus.Gauge
	lost        prometheus.Counter
	series      sync.Map // of observations without their times: what each counts in
}

const prefix = "cloudseed_realm_"

// New makes the metrics of a program of this version with a storage engine of this name.
func New(version, engine string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Requests answered, by HTTP status.", "request", "tenant", "code"),
		answers:  counters("answers_total", "Answers of the protocol to Recover1, 2 and 3: Ok, NoGuesses and so on.", "request", "answer"),
		refused:  counters("refused_total", "Requests refused, by reason.", "why"),
		swept:    counters("swept_total", "Records that a sweep wiped: unproved or exhausted; corrupt ones are left alone.", "what"),
		reloads:  counters("reloads_total", "Files read again while serving, by what they hold; result ok or refused.", "what", "result"),
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: prefix + "tenant_log_lost_total", Help: "Events of the tenant log that went before the vendor took them.",
		}),
		lastSweep:   gauge("sweep_last_success_timestamp_seconds", "When the last sweep ended that saw every record."),
		tenants:     gauge("tenants", "Vendors whose tokens are accepted."),
		certificate: gauge("certificate_expires_timestamp_seconds", "When the TLS certificate in use expires; 0 without one."),
		connections: gauge("connections", "Open connections."),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: prefix + "request_duration_seconds", Help: "Time from a request's headers to its answer.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"request"}),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: prefix + "info", Help: "1, with the version of the program and the storage engine.",
	}, []string{"version", "engine"})
	info.WithLabelValues(version, engine).Set(1)
	m.registry.MustRegister(m.requests, m.durations, m.answers, m.refused, m.swept, m.lastSweep, m.reloads,
		m.tenants, m.certificate, m.connections, m.lost, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, what := range []string{"unproved", "exhausted", "corrupt"} {
		m.swept.WithLabelValues(what) // shown as 0 before the first
	}
	return m
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: prefix + name, Help: help})
}

// Handler answers GET /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Observe is for [realm.Config].
func (m *Metrics) Observe(o realm.Observation) {
	took := o.Took
	o.Took = 0
	known, ok := m.series.Load(o)
	if !ok {
		known, _ = m.series.LoadOrStore(o, m.seriesOf(o))
	}
	s := known.(*series)
	s.duration.Observe(took.Seconds())
	for _, counter := range s.counters {
		counter.Inc()
	}
}

// series are those that count one kind of observation, found by their labels once: there are
// as few kinds as there are labels.
type series struct {
	duration prometheus.Observer
	counters []prometheus.Counter
}

func (m *Metrics) seriesOf(o realm.Observation) *series {
	s := &series{duration: m.durations.WithLabelValues(o.Request), counters: []prometheus.Counter{
		m.requests.WithLabelValues(o.Request, o.Tenant, strconv.Itoa(o.Status))}}
	if o.Answer != "" {
		s.counters = append(s.counters, m.answers.WithLabelValues(o.Request, string(o.Answer)))
	}
	if o.Why != "" {
		s.counters = append(s.counters, m.refused.WithLabelValues(o.Why))
	}
	return s
}

// Watch shows what a realm knows of itself each time it is asked: whether it is ready, and
// its records, once they have been counted.
func (m *Metrics) Watch(ready func() bool, records func() (n int64, known bool)) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: prefix + "ready", Help: "1 while the store answers and the process is not stopping.",
	}, func() float64 {
		if ready() {
			return 1
		}
		return 0
	}), &population{records, prometheus.NewDesc(prefix+"records", "Records, as the last sweep counted them; missing before the first.", nil, nil)})
}

// Swept counts what a sweep did, and when if it saw every record.
func (m *Metrics) Swept(s realm.Swept, err error) {
	m.swept.WithLabelValues("unproved").Add(float64(s.Unproved))
	m.swept.WithLabelValues("exhausted").Add(float64(s.Exhausted))
	m.swept.WithLabelValues("corrupt").Add(float64(s.Corrupt))
	if err == nil {
		m.lastSweep.Set(float64(time.Now().Unix()))
	}
}

// Reloaded counts that a file was read again while serving.
func (m *Metrics) Reloaded(what string, err error) {
	result := "ok"
	if err != nil {
		result = "refused"
	}
	m.reloads.WithLabelValues(what, result).Inc()
}

// Tenants is told how many there are.
func (m *Metrics) Tenants(n int) { m.tenants.Set(float64(n)) }

// Certificate is told when the certificate of the server ends.
func (m *Metrics) Certificate(expires time.Time) { m.certificate.Set(float64(expires.Unix())) }

// Connections is told of opened connections, and of closed ones as a negative change.
func (m *Metrics) Connections(change int) { m.connections.Add(float64(change)) }

// Lost is told of events of the tenants' log that were lost.
func (m *Metrics) Lost(events int) { m.lost.Add(float64(events)) }

// A population is missing while it is not known: that is not 0.
type population struct {
	records func() (int64, bool)
	desc    *prometheus.Desc
}

func (p *population) Describe(c chan<- *prometheus.Desc) { c <- p.desc }

func (p *population) Collect(c chan<- prometheus.Metric) {
	if n, known := p.records(); known {
		c <- prometheus.MustNewConstMetric(p.desc, prometheus.GaugeValue, float64(n))
	}
}
