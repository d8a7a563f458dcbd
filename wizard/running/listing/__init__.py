"""What a practice run lists, in little room: a million lines, what is in which folder, and what stands out."""

from wizard.running.listing.folders import TOP, Folders, Sums
from wizard.running.listing.listing import Listing, slices
from wizard.running.listing.proposals import Proposal, Proposals
from wizard.running.listing.search import Search

__all__ = ["TOP", "Folders", "Listing", "Proposal", "Proposals", "Search", "Sums", "slices"]
