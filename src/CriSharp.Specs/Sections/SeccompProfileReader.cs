using System.Text.Json;
using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>
/// Reads a profile in the OCI runtime's form, as Kubernetes documents it. Docker's conditions (includes, excludes, archMap) are refused:
/// to overlook one would open or close calls that the author didn't mean.
/// </summary>
internal static class SeccompProfileReader
{
    private static readonly string[] Conditions = ["includes", "excludes"];

    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static SpecSeccomp Read(ReadOnlySpan<byte> json)
    {
        CheckConditions(json);
        var profile = SpecSeccomp.Parse(json);
        Check(profile.DefaultAction);
        foreach (var rule in profile.Syscalls ?? [])
        {
            Check(rule.Action);
        }

        return profile;
    }

    private static void Check(string action)
    {
        if (!action.StartsWith("SCMP_ACT_", StringComparison.Ordinal))
        {
            throw new FormatException($"{Refusal.Quote(action)} is no action: SCMP_ACT_ERRNO, SCMP_ACT_ALLOW ...");
        }
    }

    private static void CheckConditions(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("it is no JSON object");
            }

            if (root.TryGetProperty("archMap", out _))
            {
                throw new FormatException("\"archMap\" is Docker's form: list the architectures under \"architectures\"");
            }

            if (root.TryGetProperty("syscalls", out var syscalls) && syscalls.ValueKind == JsonValueKind.Array)
            {
                foreach (var rule in syscalls.EnumerateArray())
                {
                    CheckRule(rule);
                }
            }
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"it is malformed: {malformed.Message}", malformed);
        }
    }

    private static void CheckRule(JsonElement rule)
    {
        foreach (var name in Conditions)
        {
            if (rule.ValueKind == JsonValueKind.Object
                && rule.TryGetProperty(name, out var condition)
                && condition.ValueKind == JsonValueKind.Object
                && condition.EnumerateObject().Any())
            {
                throw new FormatException($"a rule has \"{name}\", which is Docker's form and not understood here: leave rules with conditions out");
            }
        }
    }
}
