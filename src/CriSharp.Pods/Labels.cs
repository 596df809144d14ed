using Google.Protobuf.Collections;

namespace CriSharp.Pods;

internal static class Labels
{
    /// <summary>Every label of the selector must be there with that very value.</summary>
    public static bool Fit(MapField<string, string> selector, MapField<string, string> labels)
    {
        foreach (var (key, wanted) in selector)
        {
            if (!labels.TryGetValue(key, out var value) || value != wanted)
            {
                return false;
            }
        }

        return true;
    }
}
