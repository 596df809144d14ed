using System.Globalization;

namespace CriSharp.Oci;

/// <summary>
/// The grammar of a reference's parts. Regular expressions would do, but these run on every name that a client sends.
/// <code>
/// domain         := host [':' port]            host := domain-name | '[' IPv6 ']'
/// path           := component ('/' component)* component := alpha-numeric (separator alpha-numeric)*
/// alpha-numeric  := [a-z0-9]+                  separator := [_.] | '__' | '-'+
/// tag            := [\w][\w.-]{0,127}
/// </code>
/// </summary>
internal static class ImageReferenceGrammar
{
    /// <summary>What is wrong, in words; null where all is well.</summary>
    public static string? Fault(string domain, string path, string? tag)
    {
        if (path.Length == 0)
        {
            return "it has no repository name";
        }

        if (domain.Length + 1 + path.Length > ImageReference.NameLengthLimit)
        {
            return $"host and repository have more than {ImageReference.NameLengthLimit} characters";
        }

        if (!IsDomain(domain))
        {
            return $"\"{domain}\" is not a registry host";
        }

        if (path.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            return "a repository name must be in lower case";
        }

        foreach (var component in path.Split('/'))
        {
            if (!IsPathComponent(component))
            {
                return $"\"{component}\" is not a part of a repository name";
            }
        }

        return tag is null || IsTag(tag)
            ? null
            : $"\"{tag}\" is not a tag: want up to {ImageReference.TagLengthLimit} letters, digits, '_', '.', '-', beginning with a letter, a digit or '_'";
    }

    private static bool IsDomain(string domain)
    {
        var host = domain;
        if (domain.StartsWith('['))
        {
            var end = domain.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || !IsIpV6(domain.AsSpan(1, end - 1)))
            {
                return false;
            }

            return end + 1 == domain.Length || (domain[end + 1] == ':' && IsPort(domain.AsSpan(end + 2)));
        }

        if (domain.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            if (!IsPort(domain.AsSpan(colon + 1)))
            {
                return false;
            }

            host = domain[..colon];
        }

        return host.Split('.').All(IsDomainComponent);
    }

    private static bool IsDomainComponent(string component) =>
        component.Length > 0 && component[0] != '-' && component[^1] != '-' && component.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-');

    // No zone ("%eth0"): it would end up in a URL and a file name.
    private static bool IsIpV6(ReadOnlySpan<char> text) =>
        !text.Contains('%') && text.Contains(':') && System.Net.IPAddress.TryParse(text, out _);

    // Parsing a number lets NULs at its end pass.
    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 5 && !text.ContainsAnyExceptInRange('0', '9') && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsPathComponent(string component)
    {
        if (component.Length == 0 || !IsLowerAlphaNumeric(component[0]) || !IsLowerAlphaNumeric(component[^1]))
        {
            return false;
        }

        for (var start = 0; start < component.Length; start++)
        {
            if (IsLowerAlphaNumeric(component[start]))
            {
                continue;
            }

            var end = start;
            while (!IsLowerAlphaNumeric(component[end]))
            {
                end++;
            }

            var separator = component.AsSpan(start, end - start);
            if (separator is not ("_" or "." or "__") && separator.ContainsAnyExcept('-'))
            {
                return false;
            }

            start = end;
        }

        return true;
    }

    private static bool IsLowerAlphaNumeric(char letter) => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter);

    private static bool IsTag(string tag) =>
        tag.Length is > 0 and <= ImageReference.TagLengthLimit && tag[0] is not ('.' or '-')
        && tag.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');
}
