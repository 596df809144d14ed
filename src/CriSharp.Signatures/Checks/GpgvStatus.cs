namespace CriSharp.Signatures.Checks;

/// <summary>
/// Reads what gpgv says, by a list of what may be said: one good signature over one content. Whatever else comes is a refusal.
/// https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob;f=doc/DETAILS
/// </summary>
internal static class GpgvStatus
{
    private const string Prefix = "[GNUPG:] ";

    private static readonly string[] Once = ["GOODSIG", "VALIDSIG", "PLAINTEXT"];

    private static readonly string[] Harmless =
    [
        "NEWSIG", "KEY_CONSIDERED", "SIG_ID", "PLAINTEXT_LENGTH", "VERIFICATION_COMPLIANCE_MODE", "TRUST_UNDEFINED", "PROGRESS",
        "KEYEXPIRED", "NOTATION_NAME", "NOTATION_FLAGS", "NOTATION_DATA", "POLICY_URL",
    ];

    /// <returns>Null: one of the keys has signed the content, and neither has expired.</returns>
    public static string? Refusal(GpgvOutcome outcome)
    {
        var lines = outcome.Status.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..].Split(' ') : [line])
            .ToList();
        foreach (var line in lines)
        {
            if (Said(line) is { } refusal)
            {
                return refusal;
            }
        }

        foreach (var keyword in Once.Append("NEWSIG"))
        {
            if (lines.Count(line => line[0] == keyword) is var count && count != 1)
            {
                return $"gpgv says {keyword} {count} times instead of once";
            }
        }

        return outcome.ExitCode == 0 ? null : $"gpgv ends with {outcome.ExitCode}";
    }

    private static string? Said(string[] line) => line[0] switch
    {
        "NO_PUBKEY" => $"it is by key {KeyOf(line)}, which is none of the keys",
        "ERRSIG" when line is [_, _, _, _, _, _, "9", ..] => $"it is by key {KeyOf(line)}, which is none of the keys",
        "ERRSIG" => $"it can't be verified ({string.Join(' ', line)})",
        "BADSIG" => "its content is not what was signed",
        "EXPSIG" => "the signature has expired",
        "EXPKEYSIG" => $"the key that signed it, {KeyOf(line)}, has expired",
        "REVKEYSIG" => $"the key that signed it, {KeyOf(line)}, was revoked",
        "NODATA" or "UNEXPECTED" or "BADARMOR" => "it is no signed OpenPGP message",
        var keyword when Once.Contains(keyword) || Harmless.Contains(keyword) => null,
        _ => $"gpgv says {string.Join(' ', line)}",
    };

    private static string KeyOf(string[] line) => line.Length > 1 ? line[1] : "(unknown)";
}
