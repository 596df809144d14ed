using CriSharp.Daemon.Configuration;
using CriSharp.Signatures.Keys;
using CriSharp.Signatures.Policies;
using CriSharp.Signatures.Sources;

namespace CriSharp.Daemon.Signing;

/// <summary>Looks at the signature policies and at all that they name, for `check` and for the log at start.</summary>
internal static class PolicyFindings
{
    /// <returns>What keeps images from being accepted that should be; empty where all is well.</returns>
    public static IReadOnlyList<string> Troubles(DaemonOptions options)
    {
        var troubles = new List<string>();
        var files = FilesOf(options);
        foreach (var file in files.OfNamespaces.Prepend(files.Path))
        {
            Try(troubles, () => troubles.AddRange(TroublesOf(files.Read(file))));
        }

        Try(troubles, () => SignatureSources.Read(options.RegistriesDirectory));
        return [.. troubles.Distinct()];
    }

    /// <summary>What is demanded, in short.</summary>
    /// <exception cref="FormatException">The policy for all can't be used.</exception>
    public static string Summary(DaemonOptions options)
    {
        var files = FilesOf(options);
        var policy = files.Read(files.Path);
        var words = policy.Docker.Count == 0 && policy.Default.All(requirement => requirement is Requirement.AcceptAnything)
            ? "every image is accepted, signed or not"
            : $"{string.Join(" and ", policy.Default.Select(requirement => requirement.Type).Distinct())} by default, {policy.Docker.Count} scopes of their own";
        return $"{policy.Source}: {words}{(files.OfNamespaces.Count > 0 ? $"; {files.OfNamespaces.Count} namespaces have their own policy" : "")}";
    }

    public static PolicyFiles FilesOf(DaemonOptions options) => new(options.SignaturePolicy, options.SignaturePolicyDirectory);

    private static IEnumerable<string> TroublesOf(SignaturePolicy policy)
    {
        foreach (var requirement in policy.Docker.Values.Append(policy.Default).SelectMany(requirements => requirements))
        {
            var troubles = new List<string>();
            switch (requirement)
            {
                case Requirement.SignedBy wanted:
                    if (GpgvProgram.Find(GpgvProgram.UsualPaths) is null)
                    {
                        troubles.Add(GpgvProgram.AbsentWords(GpgvProgram.UsualPaths));
                    }

                    wanted.Keys.ToList().ForEach(key => Try(troubles, () => PublicKeys.OpenPgp(key)));
                    break;
                case Requirement.SigstoreSigned wanted:
                    wanted.Keys.ToList().ForEach(key => Try(troubles, () => PublicKeys.Sigstore(key)));
                    break;
                case Requirement.Uncheckable wanted:
                    troubles.Add($"{wanted.Type}: {wanted.Why}, so no image is accepted where it is wanted");
                    break;
            }

            foreach (var trouble in troubles)
            {
                yield return $"{policy.Source}, {requirement.Place}: {trouble}";
            }
        }
    }

    private static void Try(List<string> troubles, Action look)
    {
        try
        {
            look();
        }
        catch (FormatException wrong)
        {
            troubles.Add(wrong.Message);
        }
    }
}
