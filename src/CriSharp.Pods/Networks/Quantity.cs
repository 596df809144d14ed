using System.Globalization;
using System.Text.RegularExpressions;

namespace CriSharp.Pods.Networks;

/// <summary>A number as Kubernetes writes it: 10M, 1.5Gi, 2e6. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/</summary>
internal static partial class Quantity
{
    private static readonly Dictionary<string, decimal> Units = new (string Name, decimal Factor)[]
    {
        ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("", 1), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
    }.ToDictionary(unit => unit.Name, unit => unit.Factor, StringComparer.Ordinal);

    /// <param name="value">Rounded up to a whole number.</param>
    /// <returns>False also for what 64 bits can't hold.</returns>
    public static bool TryParse(string text, out long value)
    {
        value = 0;
        var parts = Form().Match(text);
        if (!parts.Success || !decimal.TryParse(parts.Groups["number"].Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        try
        {
            var unit = parts.Groups["exponent"] is { Success: true } exponent
                ? decimal.Parse($"1e{exponent.Value}", NumberStyles.Float, CultureInfo.InvariantCulture)
                : Units[parts.Groups["unit"].Value];
            value = (long)Math.Ceiling(number * unit);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^(?<number>[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+))([eE](?<exponent>[+-]?[0-9]{1,3})|(?<unit>[numkMGTPE]|[KMGTPE]i)?)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
