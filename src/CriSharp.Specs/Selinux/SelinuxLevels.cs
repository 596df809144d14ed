using System.Security.Cryptography;

namespace CriSharp.Specs.Selinux;

/// <summary>Levels of two categories each, of which no two sandboxes have the same: their processes can't reach each other's files.</summary>
public static class SelinuxLevels
{
    private const int Categories = 1024;
    private const int Attempts = 1000;

    /// <param name="used">Those of all sandboxes.</param>
    /// <exception cref="Primitives.RuntimeException">FailedPrecondition: nearly all of the 523776 are used.</exception>
    public static string Choose(IReadOnlySet<string> used, Func<int, int>? random = null)
    {
        random ??= RandomNumberGenerator.GetInt32;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (one, other) = (random(Categories), random(Categories));
            var level = $"s0:c{Math.Min(one, other)},c{Math.Max(one, other)}";
            if (one != other && !used.Contains(level))
            {
                return level;
            }
        }

        throw Refusal.Unmet($"no SELinux level is free: {used.Count} are used");
    }
}
