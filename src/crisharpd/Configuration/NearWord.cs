namespace CriSharp.Daemon.Configuration;

/// <summary>Finds what somebody may have meant.</summary>
internal static class NearWord
{
    // One slip in about four letters; more and any two short words are alike.
    private const int LettersPerSlip = 4;

    /// <returns>" (did you mean WORD?)", or nothing.</returns>
    public static string Hint(string word, IEnumerable<string> known) => Find(word, known) is { } near ? $" (did you mean {near}?)" : "";

    private static string? Find(string word, IEnumerable<string> known)
    {
        // The tables before a key are mostly right: they make no slip likelier.
        var own = word.Length - 1 - word.LastIndexOf('.');
        var limit = Math.Max(1, own / LettersPerSlip);
        var (near, distance) = known.Select(other => (other, Distance(word, other))).MinBy(pair => pair.Item2);
        return near is not null && distance <= limit ? near : null;
    }

    /// <summary>How many letters have to be put in, left out, or changed for another.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
