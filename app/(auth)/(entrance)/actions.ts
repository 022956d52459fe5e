"use server";
/** Entering by a link, which is a way of signing in: the only server actions there are. */
import {
  acceptAsFounder,
  acceptAsMember,
  acceptAsNewUser,
  askForNewPassword,
  chooseNewPassword,
  type EntranceAnswer,
} from "@/server/trpc/entrance";

export async function acceptInvitation(
  token: string,
  input: { name: string; password: string; code?: string },
): Promise<EntranceAnswer> {
  return await acceptAsNewUser(String(token), input);
}

export async function acceptInvitationSignedIn(
  token: string,
  input: { code?: string },
): Promise<EntranceAnswer> {
  return await acceptAsMember(String(token), input);
}

export async function becomeFounder(
  token: string,
  input: { organisationName?: string; name: string; email: string; password: string },
): Promise<EntranceAnswer> {
  return await acceptAsFounder(String(token), input);
}

export async function requestNewPassword(input: { email: string }): Promise<EntranceAnswer> {
  return await askForNewPassword(input);
}

export async function setNewPassword(
  token: string,
  input: { password: string; code?: string },
): Promise<EntranceAnswer> {
  return await chooseNewPassword(String(token), input);
}
