"""Published data sets, and the estimates published for them."""

PUDDING = (
    ("1", "2", 19, 22, 16),
    ("1", "3", 16, 19, 12),
    ("2", "3", 19, 19, 10),
    ("1", "4", 18, 23, 13),
    ("2", "4", 23, 19, 9),
    ("3", "4", 19, 20, 15),
    ("1", "5", 13, 19, 18),
    ("2", "5", 16, 20, 12),
    ("3", "5", 16, 15, 17),
    ("4", "5", 17, 14, 16),
    ("1", "6", 18, 21, 12),
    ("2", "6", 22, 20, 12),
    ("3", "6", 13, 18, 10),
    ("4", "6", 14, 19, 18),
    ("5", "6", 11, 21, 12),
)
"""Six brands of chocolate pudding: Davidson (1970), example 2. Wins of the first, of the second, ties."""

PUDDING_WORTHS = (0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855)
PUDDING_NU = 0.7468147
"""Worths that add up to 1, and nu: Davidson (1970), after seven steps of his iteration, as the vignette of the R
package PlackettLuce (Turner, van Etten, Firth and Kosmidis 2020) prints them."""

PUDDING_ERRORS = (0.1872, 0.1935, 0.1882, 0.1927, 0.1924)
"""Standard errors of the log worths of brands 2 to 6 less that of brand 1, from the same vignette."""

PUDDING_MEAN_ERRORS = (0.121949, 0.121818, 0.126823, 0.122003, 0.127054, 0.126594)
"""The same for the log worths less their mean."""

BASEBALL = (
    ("Milwaukee", "Detroit", 7, 6, 0),
    ("Milwaukee", "Toronto", 9, 4, 0),
    ("Milwaukee", "New York", 7, 6, 0),
    ("Milwaukee", "Boston", 7, 6, 0),
    ("Milwaukee", "Cleveland", 9, 4, 0),
    ("Milwaukee", "Baltimore", 11, 2, 0),
    ("Detroit", "Toronto", 7, 6, 0),
    ("Detroit", "New York", 5, 8, 0),
    ("Detroit", "Boston", 11, 2, 0),
    ("Detroit", "Cleveland", 9, 4, 0),
    ("Detroit", "Baltimore", 9, 4, 0),
    ("Toronto", "New York", 7, 6, 0),
    ("Toronto", "Boston", 7, 6, 0),
    ("Toronto", "Cleveland", 8, 5, 0),
    ("Toronto", "Baltimore", 12, 1, 0),
    ("New York", "Boston", 6, 7, 0),
    ("New York", "Cleveland", 7, 6, 0),
    ("New York", "Baltimore", 10, 3, 0),
    ("Boston", "Cleveland", 7, 6, 0),
    ("Boston", "Baltimore", 12, 1, 0),
    ("Cleveland", "Baltimore", 6, 7, 0),
)
"""Games between seven teams of the American League in 1987: Agresti (2002), "Categorical data analysis", p. 438."""

BASEBALL_STRENGTHS = {
    "Boston": (1.1077, 0.3339),
    "Cleveland": (0.6839, 0.3319),
    "Detroit": (1.4364, 0.3396),
    "Milwaukee": (1.5814, 0.3433),
    "New York": (1.2476, 0.3359),
    "Toronto": (1.2945, 0.3367),
}
"""Log strengths less that of Baltimore, and their standard errors, without home advantage, as the R package
BradleyTerry2 prints them (Turner and Firth 2012, Journal of Statistical Software 48); Agresti's table 10.11 has them to
two decimals."""
