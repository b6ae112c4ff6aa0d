package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
)

func newAmount(s *session) *cobra.Command {
	var limit, currency string
	cmd := &cobra.Command{
		Use:   "amount [AMOUNT]",
		Short: say("Say how much the wallet holds, and learn whether this backup is enough"),
		Long: say(`A backup that a PIN opens is for everyday amounts. Amount notes how much the wallet holds,
on this computer only, and says when it is time for a stronger way: a word at half the limit,
a firm one at the limit. The limit is %d %s unless another is set; nothing knows a rate of
exchange, so that amounts are given in the limit's currency.`, cloudseed.DefaultLimit, cloudseed.DefaultCurrency),
		Example: "  cloudseed amount 250\n  cloudseed amount 250 --limit 1000 --currency EUR\n  cloudseed amount",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.amount(args, limit, strings.ToUpper(currency))
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet"))
	f.StringVar(&limit, "limit", "", say("the most that the backup is meant for, an `AMOUNT`; 0 is the default again"))
	f.StringVar(&currency, "currency", "", say("`CURRENCY` of limit and amount, such as EUR, USD or BTC"))
	return cmd
}

func (s *session) amount(args []string, limit, currency string) error {
	changes := len(args) > 0 || limit != "" || currency != ""
	open := s.read
	if changes {
		open = s.open
	}
	if err := open(); err != nil {
		return err
	}
	d, err := s.onlyDevice()
	if err != nil {
		return err
	}
	if changes {
		if err := report(&d.Guard, args, limit, currency); err != nil {
			return err
		}
		if err := s.profile.Save(d); err != nil {
			return err
		}
	}
	s.printer.result("amount", newAmountResult(d.Guard))
	return nil
}

// report sets the limit first: the amount is in its currency.
func report(g *cloudseed.Guard, args []string, limit, currency string) error {
	if limit != "" || currency != "" {
		most := cloudseed.Amount{Value: g.Limit.Value, Currency: currency}
		if currency == "" {
			most.Currency = g.Limit.Currency
		}
		if limit != "" {
			value, err := strconv.ParseFloat(limit, 64)
			if err != nil {
				return cloudseed.ErrAmount
			}
			most.Value = value
		}
		if err := g.SetLimit(most); err != nil {
			return err
		}
	}
	if len(args) == 0 {
		return nil
	}
	value, err := strconv.ParseFloat(args[0], 64)
	if err != nil {
		return cloudseed.ErrAmount
	}
	return g.Report(cloudseed.Amount{Value: value}, time.Now().UTC().Truncate(time.Second))
}

// An amountResult is what is known of the amount, and what follows.
type amountResult struct {
	Limit    string           `json:"limit"`
	Reported string           `json:"reported,omitempty"`
	At       *time.Time       `json:"at,omitempty"`
	Advice   cloudseed.Advice `json:"advice"`
	Words    string           `json:"words"`
}

func newAmountResult(g cloudseed.Guard) amountResult {
	r := amountResult{Limit: tongue().Money(g.Most()), Advice: g.Advice(), Words: tongue().ForAdvice(g)}
	if !g.At.IsZero() {
		r.Reported, r.At = tongue().Money(g.Reported), &g.At
	}
	return r
}

func (r amountResult) text(w io.Writer) {
	if r.At != nil {
		printf(w, "the wallet holds %s (said on %s), the limit is %s\n", r.Reported, tongue().Date(*r.At), r.Limit)
	}
	fmt.Fprintln(w, r.Words)
}
