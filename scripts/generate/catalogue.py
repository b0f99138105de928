"""The channels and the words titles are made of.

Commas, quotes, line breaks, emoji and right-to-left text stand here on purpose: names of real
catalogues hold them, and every step after the generator must carry them through unharmed.
"""

from __future__ import annotations

CHANNELS: tuple[tuple[str, str, str], ...] = (
    ("News 24", "news", "en"),
    ("Harbour Sports", "sports", "en"),
    ("Drama, Actually", "drama", "en"),
    ('The "Late" Comedy Hour', "comedy", "en"),
    ("Kids 🎈 Planet", "kids", "en"),
    ("Cinéma, Café & Cie", "drama", "fr"),
    ("Deutsche Nachrichten", "news", "de"),
    ("Fútbol Total", "sports", "es"),
    ("قناة الأفق", "news", "ar"),
    ("ערוץ הים", "documentary", "he"),
    ("映画チャンネル", "drama", "ja"),
    ("뮤직 스테이션", "music", "ko"),
    ("Two Lines\nOne Channel", "reality", "en"),
    ("O'Brien's Music Room", "music", "en"),
    ("Wild Earth", "documentary", "en"),
    ("Reality+", "reality", "en"),
    ("Canal Risas", "comedy", "es"),
    ("Novela Noite", "drama", "pt"),
    ("Kinder Kino", "kids", "de"),
    ("स्पोर्ट्स लाइव", "sports", "hi"),
    ("Крокодил ТВ", "comedy", "ru"),
    ("纪录片频道", "documentary", "zh"),
    ("Concert Hall 🎻", "music", "en"),
    ("Courtside", "sports", "en"),
    ("Capital Briefing", "news", "en"),
    ("Petits Pas", "kids", "fr"),
    ("The Archive; Restored", "documentary", "en"),
    ("Semi/Pro", "sports", "en"),
    ("Back\\Slash Indie", "drama", "en"),
    ("50% Fun", "comedy", "en"),
    ("Opera & Zarzuela", "music", "es"),
    ("Casa Própria", "reality", "pt"),
    ("Morning, Evening, Night", "news", "en"),
    ("دراما بلس", "drama", "ar"),
    ("Toon Tower", "kids", "en"),
    ("Deep Sea Diaries", "documentary", "en"),
    ("Stand-up “Live”", "comedy", "en"),
    ("Island Life", "reality", "en"),
    ("Jazz après minuit", "music", "fr"),
    ("Night Desk", "news", "en"),
)
"""Name, genre, language; the most watched first."""

FIRST_WORDS = (
    "Silent", "Golden", "Broken", "Hidden", "Electric", "Midnight", "Crimson", "Endless", "Little", "Wild",
    "Secret", "Frozen", "Burning", "Lucky", "Northern", "Paper", "Velvet", "Honest", "Distant", "Borrowed",
)  # fmt: skip
SECOND_WORDS = (
    "Harbour", "Empire", "Garden", "Detectives", "Kitchen", "River", "Letters", "Kingdom", "Neighbours", "Orbit",
    "Mountain", "Summer", "Witness", "Orchestra", "Island", "Market", "Frontier", "Mirror", "Champions", "Railway",
)  # fmt: skip
TITLE_FORMS = (
    "{} {}", "The {} {}", "{} {}: Part 2", "{}, {} & Me", 'The "{}" {}', "{} {} 🎬", "{}\n{}", "{} {} — العودة",
    "חזרה: {} {}", "{} {} (50%)",
)  # fmt: skip
FORM_WEIGHTS = (40, 25, 8, 6, 5, 4, 2, 3, 3, 4)
