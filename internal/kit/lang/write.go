package lang

import (
	"strconv"
	"strings"
	"time"
)

// Date writes a day given as YYYY-MM-DD, for example "13 October 2026" or
// "13 Hydref 2026". A text that is not such a day is given back as it is, and the empty
// text stays empty: a page would rather show what is stored than nothing.
func Date(lang, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return date(lang, t)
}

// DateTime writes an instant, in microseconds since 1970 UTC, as the day and time of the
// zone: "13 October 2026 at 2:30pm", in Welsh by the 24-hour clock. A nil zone means UTC;
// zero means no time is known and gives the empty text.
func DateTime(lang string, micros int64, zone *time.Location) string {
	if micros == 0 {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	t := time.UnixMicro(micros).In(zone)
	switch base(lang) {
	case "cy":
		return date(lang, t) + " am " + t.Format("15:04")
	case "ga":
		return date(lang, t) + " ag " + t.Format("15:04")
	}
	clock := t.Format("3:04pm")
	switch clock {
	case "12:00pm":
		clock = "midday"
	case "12:00am":
		clock = "midnight"
	default:
		clock = strings.Replace(clock, ":00", "", 1)
	}
	return date(lang, t) + " at " + clock
}

// Number writes a whole number with a comma between thousands, as all languages of the
// United Kingdom and Ireland do.
func Number(lang string, n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Money writes an amount of pence as pounds, "£1,234.50", in every language alike.
// A currency other than GBP is written by its code: "EUR 12.00".
func Money(lang string, pence int64, currency string) string {
	sign := ""
	if pence < 0 {
		sign, pence = "-", -pence
	}
	mark := "£"
	if currency != "GBP" && currency != "" {
		mark = currency + " "
	}
	cents := strconv.FormatInt(pence%100, 10)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return sign + mark + Number(lang, pence/100) + "." + cents
}

// Name gives a language's own name for itself, "Cymraeg" for cy; the tag itself for a
// language that is not listed.
func Name(lang string) string {
	switch base(lang) {
	case "en":
		return "English"
	case "cy":
		return "Cymraeg"
	case "gd":
		return "Gàidhlig"
	case "ga":
		return "Gaeilge"
	case "sco":
		return "Scots"
	}
	return lang
}

// RightToLeft reports whether the language is written from right to left.
func RightToLeft(lang string) bool {
	switch base(lang) {
	case "ar", "fa", "he", "ur", "ps", "yi", "ckb":
		return true
	}
	return false
}

func date(lang string, t time.Time) string {
	return strconv.Itoa(t.Day()) + " " + month(lang, t.Month()) + " " + strconv.Itoa(t.Year())
}

// month gives the name of a month. Names of months are language data like plural rules
// (Unicode CLDR), not words of the interface, so they stand here.
func month(lang string, m time.Month) string {
	switch base(lang) {
	case "cy":
		return [...]string{"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf",
			"Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"}[m-1]
	case "ga":
		return [...]string{"Eanáir", "Feabhra", "Márta", "Aibreán", "Bealtaine", "Meitheamh", "Iúil",
			"Lúnasa", "Meán Fómhair", "Deireadh Fómhair", "Samhain", "Nollaig"}[m-1]
	}
	return m.String()
}

func base(lang string) string {
	b, _, _ := strings.Cut(lang, "-")
	return b
}
